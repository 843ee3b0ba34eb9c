/* What the kernels share: vectors of eight numbers, and the check of the arrays that come in. */
#ifndef MEDMON_LANES_H
#define MEDMON_LANES_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#define LANES 8
#define MOST_CHANNELS 1024

/* Where the linker can choose at start-up, the same C is compiled for wider vector units too. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("default", "avx2")))
#define INLINE static inline __attribute__((always_inline))
#else
#define FOR_EVERY_PROCESSOR
#define INLINE static inline
#endif

/* One number of every lane; an extension of C that GCC and Clang share. */
typedef float Lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(16)));
/* The same, anywhere in memory. */
typedef float Some __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));
typedef int Wholes __attribute__((vector_size(LANES * sizeof(int))));

/* Give the floats of a buffer, or NULL with an error that says which one was wrong. */
float *floats(Py_buffer *view, Py_ssize_t at_least, const char *name);

INLINE void fill(Lanes *lanes, float even, float odd)
{
    for (int k = 0; k < LANES; k++)
        (*lanes)[k] = k & 1 ? odd : even;
}

#define LOOP(name) PyObject *name(PyObject *self, PyObject *args)
LOOP(averages);
LOOP(best_words);
LOOP(chip_levels);
LOOP(chips_back);
LOOP(clock_chips);
LOOP(clock_scores);
LOOP(crossings);
LOOP(decimate);
LOOP(edge_line);
LOOP(energy_runs);
LOOP(extremes);
LOOP(frame_powers);
LOOP(last_fit);
LOOP(level);
LOOP(level_over);
LOOP(mark_power);
LOOP(mean_edge);
LOOP(mean_powers);
LOOP(phase_steps);
LOOP(ranked);
LOOP(row_means);
LOOP(scale_bytes);
LOOP(sync_matches);
LOOP(tone_contrast);
LOOP(tone_turns);
LOOP(train_chips);
LOOP(worst_scatter);

#endif
