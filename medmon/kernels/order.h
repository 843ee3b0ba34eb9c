/* What the middle of some numbers is. */
#ifndef MEDMON_ORDER_H
#define MEDMON_ORDER_H

#include "lanes.h"

/* The middle value, or the greater of two; puts the numbers in another order [Hoare, Algorithm 65,
 * Comm. ACM 4 (1961)]. No number at all among them does no harm: neither run passes what it met
 * before. */
INLINE double upper_median(double *values, Py_ssize_t count)
{
    Py_ssize_t place = count / 2, low = 0, high = count - 1;
    while (low < high) {
        double pivot = values[low + (high - low) / 2];
        Py_ssize_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                double kept = values[i];
                values[i++] = values[j];
                values[j--] = kept;
            }
        }
        if (place <= j)
            high = j;
        else if (place >= i)
            low = i;
        else
            break;
    }
    return values[place];
}

#endif
