#include "training/formatted.h"

#include <cstdarg>
#include <cstdio>

namespace burnish::training {

std::string formatted(const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

}  // namespace burnish::training
