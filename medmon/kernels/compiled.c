/* The loops over samples that numpy cannot do in one pass, each in a file of its own. The modules of
 * the same names beside them say the same in numpy; tests/kernels holds the two together, and medmon
 * runs without this one.
 *
 * Plain C99 and Python's stable ABI: one wheel for each platform serves every Python. Arrays come
 * in through the buffer protocol and are checked here, because a wrong length must be an error and
 * never a crash.
 */
#include "lanes.h"

float *floats(Py_buffer *view, Py_ssize_t at_least, const char *name)
{
    /* In numbers of floats, because a product could be more than there are. */
    Py_ssize_t each = (Py_ssize_t)sizeof(float);
    if (at_least >= 0 && at_least <= view->len / each)
        return view->buf;
    PyErr_Format(PyExc_ValueError, "%s holds %zd floats where %zd are needed", name,
                 view->len / each, at_least);
    return NULL;
}

static PyMethodDef methods[] = {
    {"frame_powers", frame_powers, METH_VARARGS, NULL},
    {"extremes", extremes, METH_VARARGS, NULL},
    {"averages", averages, METH_VARARGS, NULL},
    {"level", level, METH_VARARGS, NULL},
    {"decimate", decimate, METH_VARARGS, NULL},
    {"row_means", row_means, METH_VARARGS, NULL},
    {"scale_bytes", scale_bytes, METH_VARARGS, NULL},
    {"clock_scores", clock_scores, METH_VARARGS, NULL},
    {"last_fit", last_fit, METH_VARARGS, NULL},
    {"clock_chips", clock_chips, METH_VARARGS, NULL},
    {"sync_matches", sync_matches, METH_VARARGS, NULL},
    {"tone_contrast", tone_contrast, METH_VARARGS, NULL},
    {"energy_runs", energy_runs, METH_VARARGS, NULL},
    {"ranked", ranked, METH_VARARGS, NULL},
    {"mean_powers", mean_powers, METH_VARARGS, NULL},
    {"crossings", crossings, METH_VARARGS, NULL},
    {"level_over", level_over, METH_VARARGS, NULL},
    {"phase_steps", phase_steps, METH_VARARGS, NULL},
    {"train_chips", train_chips, METH_VARARGS, NULL},
    {"chips_back", chips_back, METH_VARARGS, NULL},
    {"worst_scatter", worst_scatter, METH_VARARGS, NULL},
    {"mark_power", mark_power, METH_VARARGS, NULL},
    {"tone_turns", tone_turns, METH_VARARGS, NULL},
    {"chip_levels", chip_levels, METH_VARARGS, NULL},
    {"edge_line", edge_line, METH_VARARGS, NULL},
    {"mean_edge", mean_edge, METH_VARARGS, NULL},
    {"best_words", best_words, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* Counted up with every change of what a loop takes or gives: a library that was built before is then
 * not used (choice.py). */
#define VERSION 3

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "compiled", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_compiled(void)
{
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddIntConstant(made, "VERSION", VERSION)) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
