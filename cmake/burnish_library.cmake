# One room of the house: a static library burnish::<name> with its sources and headers listed by hand.
#
#   burnish_library(<name> SOURCES ... HEADERS ... USES ...)
#
# USES names the rooms and packages it may look into; docs/architecture.md draws the arrows.
function(burnish_library name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;USES" ${ARGN})
  if(ROOM_SOURCES)
    add_library(burnish_${name} STATIC ${ROOM_SOURCES} ${ROOM_HEADERS})
    burnish_compile_options(burnish_${name})
    target_include_directories(burnish_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(burnish_${name} PUBLIC ${ROOM_USES})
  else()
    add_library(burnish_${name} INTERFACE ${ROOM_HEADERS})
    target_include_directories(burnish_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(burnish_${name} INTERFACE ${ROOM_USES})
  endif()
  add_library(burnish::${name} ALIAS burnish_${name})
endfunction()

# Warnings are errors; no -ffast-math, and no contraction of a*b+c either: where the compiler fuses is not ours to
# know, and results must not hang on it.
function(burnish_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
                                           $<$<CONFIG:Release>:-O3> -ffp-contract=off -fno-math-errno -fno-trapping-math)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-restrict) # g++ 12 raises it on "text" + std::string (PR 105651)
  endif()
  if(BURNISH_SANITIZE)
    target_compile_options(${target} PRIVATE -O1 -g1 -fsanitize=address,undefined
                                             -fno-sanitize-recover=all -fno-omit-frame-pointer
                                             -Wno-maybe-uninitialized) # g++ 12 raises it on its own <regex>
    target_compile_definitions(${target} PRIVATE BURNISH_SANITIZED)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
  if(BURNISH_SANITIZE_THREADS)
    target_compile_options(${target} PRIVATE -O1 -g1 -fsanitize=thread -Wno-maybe-uninitialized)
    target_compile_definitions(${target} PRIVATE BURNISH_SANITIZED)
    target_link_options(${target} PUBLIC -fsanitize=thread)
  endif()
endfunction()
