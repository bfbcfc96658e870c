#pragma once

// Marks a hot function to be compiled twice, for AVX2+FMA machines and for any other, and chosen when the program
// starts. The loops inside stay plain C++. Sanitizers cannot run the chooser, clang 14 cannot name the machine.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(BURNISH_SANITIZED)
#define BURNISH_VECTORIZED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BURNISH_VECTORIZED
#endif
