#pragma once

// Refuses compiler options that change what arithmetic means: "nan" would pass for a number, and
// totals would depend on compiler and processor. Included where one of the two matters. (Options
// that only choose the processor, such as -march=native, are fine.)

#include <cfloat>

#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__) ||             \
    defined(__RECIPROCAL_MATH__)
#error "Compile without -ffast-math, -Ofast and their parts: totals and checks would be wrong."
#elif FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1 && FLT_EVAL_METHOD != 16
#error "Compile without -mfpmath=387: totals would be rounded in another way."
#endif
