// The model is part of the program, so that an installed burnish needs no path: the assembler copies the file.
#include "mastering/model_file.h"

__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "burnish_model_first:\n"
    ".incbin \"" BURNISH_MODEL
    "\"\n"
    "burnish_model_last:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const std::byte burnish_model_first[];
extern const std::byte burnish_model_last[];
}

namespace burnish {

std::span<const std::byte> embedded_model() noexcept { return {burnish_model_first, burnish_model_last}; }

}  // namespace burnish
