/* The largest averages of the squelch: see averages.py. */
#include "lanes.h"
#include <string.h>

INLINE float largest_of(const Lanes *most, float rest)
{
    for (int k = 0; k < LANES; k++)
        rest = (*most)[k] > rest ? (*most)[k] : rest;
    return rest;
}

/* Each of the two sums adds in the order of its text, so that numpy gives the same bits. `over` and
 * `pairs` have room for the last four rows over the floor, and the sums of each two of them. */
FOR_EVERY_PROCESSOR
static void largest(const float *rows, const float *floor, Py_ssize_t count, int channels,
                    float (*over)[MOST_CHANNELS], float (*pairs)[MOST_CHANNELS], float *found)
{
    Lanes most_wide = {0}, most_long = {0};
    float wide = 0, high = 0;
    for (Py_ssize_t row = 0; row < count; row++) {
        float *here = over[row & 3], *before = over[(row - 1) & 3];
        float *pair = pairs[row & 3], *earlier = pairs[(row - 2) & 3];
        for (int i = 0; i < channels; i++)
            here[i] = rows[row * channels + i] / floor[i];
        if (row >= 1) {
            int i = 0;
            for (int k = 0; k < channels; k++)
                pair[k] = here[k] + before[k];
            for (; i + LANES + 3 <= channels; i += LANES) {
                const float *p = pair + i;
                Lanes sum = (*(const Some *)(p + 3) + *(const Some *)(p + 2))
                            + (*(const Some *)(p + 1) + *(const Some *)p);
                Wholes more = sum > most_wide;
                most_wide = (Lanes)((more & (Wholes)sum) | (~more & (Wholes)most_wide));
            }
            for (; i + 3 < channels; i++) {
                float sum = (pair[i + 3] + pair[i + 2]) + (pair[i + 1] + pair[i]);
                wide = sum > wide ? sum : wide;
            }
        }
        if (row >= 3) {
            int i = 0;
            for (; i + LANES + 1 <= channels; i += LANES) {
                const float *p = pair + i, *e = earlier + i;
                Lanes sum = (*(const Some *)(p + 1) + *(const Some *)(e + 1))
                            + (*(const Some *)p + *(const Some *)e);
                Wholes more = sum > most_long;
                most_long = (Lanes)((more & (Wholes)sum) | (~more & (Wholes)most_long));
            }
            for (; i + 1 < channels; i++) {
                float sum = (pair[i + 1] + earlier[i + 1]) + (pair[i] + earlier[i]);
                high = sum > high ? sum : high;
            }
        }
    }
    found[0] = largest_of(&most_wide, wide);
    found[1] = largest_of(&most_long, high);
}

FOR_EVERY_PROCESSOR
static void average(const float *rows, Py_ssize_t first, Py_ssize_t stop, int channels, float *mean)
{
    memcpy(mean, rows + first * channels, (size_t)channels * sizeof(float));
    for (Py_ssize_t row = first + 1; row < stop; row++)
        for (int i = 0; i < channels; i++)
            mean[i] += rows[row * channels + i];
    for (int i = 0; i < channels; i++)
        mean[i] /= (float)(stop - first);
}

PyObject *averages(PyObject *self, PyObject *args)
{
    Py_buffer rows, floor, mean;
    Py_ssize_t late;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*nw*", &rows, &floor, &late, &mean))
        return NULL;
    PyObject *answer = NULL;
    float over[4][MOST_CHANNELS], pairs[4][MOST_CHANNELS], found[2];
    Py_ssize_t channels = floor.len / (Py_ssize_t)sizeof(float);
    Py_ssize_t count = channels ? rows.len / floor.len : 0;
    if (channels < 4 || channels > MOST_CHANNELS || count < 4)
        PyErr_SetString(PyExc_ValueError, "four rows of 4 to 1024 channels are needed");
    else if (late < 0 || late >= count || mean.len < floor.len)
        PyErr_SetString(PyExc_ValueError, "a mean of at least one row, and memory for it, are needed");
    else {
        largest(rows.buf, floor.buf, count, (int)channels, over, pairs, found);
        average(rows.buf, late, count, (int)channels, mean.buf);
        answer = Py_BuildValue("ff", found[0], found[1]);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&floor);
    PyBuffer_Release(&mean);
    return answer;
}
