/* Where powers stand out of the floor: see runs.py. */
#include "lanes.h"
#include <string.h>

typedef struct {
    float one, one_wide, four, four_wide, keep;
} Limits;

/* Rows of a mean, and channels of a group. */
#define GROUP 4

/* Sum every group of neighbours; before the first and behind the last there is none. */
INLINE void add_groups(const float *power, int channels, float *sums)
{
    memset(sums, 0, (GROUP - 1) * sizeof *sums);
    memset(sums + channels, 0, (GROUP - 1) * sizeof *sums);
    for (int i = 0; i + GROUP - 1 < channels; i++)
        sums[i + GROUP - 1] = ((power[i + 3] + power[i + 2]) + power[i + 1]) + power[i];
}

/* Tell whether one of the groups that a channel belongs to passes. */
INLINE int in_group(const float *sums, float limit)
{
    return (sums[0] > limit) | (sums[1] > limit) | (sums[2] > limit) | (sums[3] > limit);
}

/* Mark the channels of the last of four rows: 1 where a region goes on, 3 where it may begin. The
 * sums add in the order of the numpy text, so that both give the same bits. */
INLINE int mark(const float *row, int channels, const Limits *limits, int *marks)
{
    float four[MOST_CHANNELS], ones[MOST_CHANNELS + GROUP], fours[MOST_CHANNELS + GROUP];
    const float *one = row, *b = row - channels, *c = b - channels, *d = c - channels;
    Limits at = *limits;
    at.one_wide *= GROUP; /* of sums, not of means */
    at.four_wide *= GROUP;
    int any = 0;
    for (int i = 0; i < channels; i++)
        four[i] = (((one[i] + b[i]) + c[i]) + d[i]) * 0.25f;
    add_groups(one, channels, ones);
    add_groups(four, channels, fours);
    for (int i = 0; i < channels; i++) {
        int keeps = four[i] > at.keep;
        int begins = (one[i] > at.one) | (four[i] > at.four)
                     | ((one[i] > at.keep) & in_group(ones + i, at.one_wide))
                     | (keeps & in_group(fours + i, at.four_wide));
        marks[i] = keeps | begins | (begins << 1);
        any |= marks[i];
    }
    return any;
}

/* List the runs of marked channels of a row; a hole of one channel joins. */
INLINE Py_ssize_t list(int row, const int *marks, int channels, int (*out)[4])
{
    Py_ssize_t count = 0;
    for (int i = 0; i < channels; i++) {
        if (!marks[i])
            continue;
        if (count && i - out[count - 1][2] <= 2) {
            out[count - 1][2] = i;
            out[count - 1][3] |= marks[i] >> 1;
        } else {
            out[count][0] = row;
            out[count][1] = out[count][2] = i;
            out[count++][3] = marks[i] >> 1;
        }
    }
    return count;
}

FOR_EVERY_PROCESSOR
static Py_ssize_t find(const float *rows, int count, int channels, const Limits *limits, int *marks,
                       int (*out)[4])
{
    Py_ssize_t found = 0;
    for (int row = 0; row < count; row++)
        if (mark(rows + (Py_ssize_t)(row + GROUP - 1) * channels, channels, limits, marks))
            found += list(row, marks, channels, out + found);
    return found;
}

PyObject *energy_runs(PyObject *self, PyObject *args)
{
    Py_buffer rows, out;
    int channels;
    Limits limits;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*i(fffff)w*", &rows, &channels, &limits.one, &limits.one_wide,
                          &limits.four, &limits.four_wide, &limits.keep, &out))
        return NULL;
    PyObject *answer = NULL;
    int marks[MOST_CHANNELS];
    Py_ssize_t row_bytes = channels * (Py_ssize_t)sizeof(float);
    Py_ssize_t count = channels > 0 ? rows.len / row_bytes - (GROUP - 1) : 0;
    if (channels < GROUP || channels > MOST_CHANNELS || count < 0 || count > INT_MAX)
        PyErr_SetString(PyExc_ValueError, "three rows before the first, of 4 to 1024 channels, are needed");
    else if (count && out.len / (4 * (Py_ssize_t)sizeof(int)) / count < (channels + 2) / 3)
        PyErr_SetString(PyExc_ValueError, "room for a run in every third channel is needed");
    else
        answer = PyLong_FromSsize_t(find(rows.buf, (int)count, channels, &limits, marks, out.buf));
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out);
    return answer;
}
