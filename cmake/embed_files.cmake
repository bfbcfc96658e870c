# Makes data files part of a target, so that an installed program needs no path.
#
#   burnish_embed_files(<target> <function> <folder>)
#
# Defines std::span<const EmbeddedFile> burnish::<function>() (mastering/preset.h): the folder's .json files by name.
# A file that is added or changed makes the build configure itself anew.
function(burnish_embed_files target function folder)
  file(GLOB paths CONFIGURE_DEPENDS "${folder}/*.json")
  set(rows "")
  foreach(path IN LISTS paths)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    get_filename_component(name "${path}" NAME_WE)
    file(READ "${path}" text)
    string(APPEND rows "    {\"${name}\", R\"json(${text})json\"},\n")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"#include <array>

#include \"mastering/preset.h\"

namespace burnish {

namespace {
constexpr auto files = std::to_array<EmbeddedFile>({
@rows@});
}  // namespace

std::span<const EmbeddedFile> @function@() noexcept { return files; }

}  // namespace burnish
")
  target_sources(${target} PRIVATE "${source}")
endfunction()
