#pragma once

#include "mastering/memory_audio.h"

namespace burnish::test {

using burnish::memory_services;
using burnish::MemoryDelivery;
using burnish::MemoryScratch;
using burnish::MemorySource;

}  // namespace burnish::test
