/* Which words the chips of a packet are: see symbols.py. */
#include "order.h"
#include <math.h>

typedef struct {
    const float *chips, *words;
    Py_ssize_t symbols;
    int width, word_count;
} Text;

/* Give the word that fits best, the first of those that fit alike, and how well it does. */
INLINE int best_of(const Text *text, const float *chips, float *fit)
{
    int best = 0;
    for (int word = 0; word < text->word_count; word++) {
        float sum = 0;
        for (int place = 0; place < text->width; place++)
            sum += chips[place] * text->words[word * text->width + place];
        if (!word || sum > *fit) {
            *fit = sum;
            best = word;
        }
    }
    return best;
}

static void decide(const Text *text, unsigned char *values, float *fits, float *weakest,
                   double *distances)
{
    for (Py_ssize_t i = 0; i < text->symbols; i++) {
        const float *chips = text->chips + i * text->width;
        int best = best_of(text, chips, fits + i);
        values[i] = (unsigned char)best;
        fits[i] /= (float)text->width;
        weakest[i] = 1.0f;
        for (int place = 0; place < text->width; place++) {
            float agreed = chips[place] * text->words[best * text->width + place];
            weakest[i] = agreed < weakest[i] ? agreed : weakest[i];
            *distances++ = fabs(agreed - 1.0f);
        }
    }
}

PyObject *best_words(PyObject *self, PyObject *args)
{
    Py_buffer chips, words, values, fits, weakest;
    Text text;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*iw*w*w*", &chips, &words, &text.width, &values, &fits, &weakest))
        return NULL;
    PyObject *answer = NULL;
    double *distances = NULL;
    text.symbols = values.len;
    text.chips = chips.buf;
    text.words = words.buf;
    text.word_count = text.width > 0 ? (int)(words.len / (Py_ssize_t)sizeof(float) / text.width) : 0;
    if (text.width < 1 || text.width > 64 || text.word_count < 1 || text.word_count > 256) {
        PyErr_SetString(PyExc_ValueError, "a code has 1 to 256 words of 1 to 64 chips");
        goto done;
    }
    Py_ssize_t count = text.symbols * text.width;
    if (!floats(&chips, count, "chips") || !floats(&fits, text.symbols, "fits")
        || !floats(&weakest, text.symbols, "weakest"))
        goto done;
    distances = PyMem_Malloc((size_t)(count + 1) * sizeof(double));
    if (!distances) {
        PyErr_NoMemory();
        goto done;
    }
    decide(&text, values.buf, fits.buf, weakest.buf, distances);
    answer = PyFloat_FromDouble(count ? upper_median(distances, count) : 0);
done:
    PyMem_Free(distances);
    PyBuffer_Release(&chips);
    PyBuffer_Release(&words);
    PyBuffer_Release(&values);
    PyBuffer_Release(&fits);
    PyBuffer_Release(&weakest);
    return answer;
}
