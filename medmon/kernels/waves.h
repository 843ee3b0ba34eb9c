/* What several kernels read off a wave. */
#ifndef MEDMON_WAVES_H
#define MEDMON_WAVES_H

#include "lanes.h"

/* Read between the samples of a wave; beyond them on the line through the nearest two. */
INLINE float between(const float *wave, Py_ssize_t size, double place)
{
    /* Within what is there before it becomes a whole number, so that no number at all does no harm. */
    double most = (double)(size - 2);
    Py_ssize_t left = place > 0 ? (Py_ssize_t)(place < most ? place : most) : 0;
    float part = (float)(place - (double)left);
    return wave[left] + part * (wave[left + 1] - wave[left]);
}

/* The power of the sum of some neighbours. */
INLINE float power_of_sum(const float *restrict re, const float *restrict im, int length)
{
    float sum_re = 0, sum_im = 0;
    for (int k = 0; k < length; k++) {
        sum_re += re[k];
        sum_im += im[k];
    }
    return sum_re * sum_re + sum_im * sum_im;
}

#endif
