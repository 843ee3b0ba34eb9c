/* Samples as they come from a receiver: floats, or bytes that become floats on the way. */
#ifndef MEDMON_CODES_H
#define MEDMON_CODES_H

#include "lanes.h"
#include <string.h>

typedef unsigned char Bytes __attribute__((vector_size(16), aligned(1)));

typedef unsigned short Halves __attribute__((vector_size(LANES * sizeof(short))));

typedef float Quad __attribute__((vector_size(4 * sizeof(float)), aligned(4)));

#if defined(__clang__)
#define SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define SHUFFLED_BYTES SHUFFLED
#define SHUFFLED_HALVES SHUFFLED
#else
typedef int Places __attribute__((vector_size(4 * sizeof(int))));
#define SHUFFLED(a, b, ...) __builtin_shuffle(a, b, (Places){__VA_ARGS__})
#define SHUFFLED_BYTES(a, b, ...) __builtin_shuffle(a, b, (Bytes){__VA_ARGS__})
#define SHUFFLED_HALVES(a, b, ...) __builtin_shuffle(a, b, (Halves){__VA_ARGS__})
#endif

/* Samples are floats, or bytes of which `zero` means nothing. */
typedef struct {
    const float *parts;
    const unsigned char *codes;
    float zero, coarse, fine;
} Samples;

/* A quotient costs four times a product. One over the full scale stands in two pieces, of which the
 * coarse one has so few bits that its product with a code is exact; the sum of both products is then
 * the rounded quotient itself, for every code of a byte (tests/kernels/test_codes.py tries all). */
INLINE void set_scale(Samples *samples, float zero, float full)
{
    unsigned bits;
    samples->zero = zero;
    samples->coarse = 1.0f / full;
    memcpy(&bits, &samples->coarse, sizeof bits);
    bits &= ~0xfffu;
    memcpy(&samples->coarse, &bits, sizeof bits);
    samples->fine = (float)(1.0 / (double)full - (double)samples->coarse);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low byte of a number comes first here; elsewhere numpy does the work"
#endif

/* A float of 2^15 has eight bits for whole numbers in the second of its four bytes: put beside
 * the bytes of 2^15 in this way, a code becomes 2^15 and the code, without a conversion. */
#define CODED 32768.0f
#define CODED_BYTES 0x4700

/* Give sixteen parts from a place on. */
INLINE void widened(const unsigned char *codes, Quad *parts)
{
    const Bytes none = {0}, bytes = *(const Bytes *)codes;
    const Halves high = (Halves){0} + CODED_BYTES;
    Halves low = (Halves)SHUFFLED_BYTES(none, bytes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                        22, 7, 23);
    Halves rest = (Halves)SHUFFLED_BYTES(none, bytes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                         14, 30, 15, 31);
    parts[0] = (Quad)SHUFFLED_HALVES(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
    parts[1] = (Quad)SHUFFLED_HALVES(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
    parts[2] = (Quad)SHUFFLED_HALVES(rest, high, 0, 8, 1, 9, 2, 10, 3, 11);
    parts[3] = (Quad)SHUFFLED_HALVES(rest, high, 4, 12, 5, 13, 6, 14, 7, 15);
}

INLINE Quad quotient(Quad part, Quad zero, Quad coarse, Quad fine)
{
    part -= zero;
    return part * coarse + part * fine;
}

#endif
