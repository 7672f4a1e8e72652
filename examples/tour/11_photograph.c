/* Chapter 11: a photograph blurred, stretched in contrast, and thresholded. */
#include "tour.h"

#include <math.h>

/* A Gaussian bell of nine weights: the binomial coefficients of 8, exact in floating point. */
#define TAPS 9
static const double weights[TAPS] = {1 / 256.,  8 / 256.,  28 / 256., 56 / 256., 70 / 256.,
                                     56 / 256., 28 / 256., 8 / 256.,  1 / 256.};

/* ---- with ndstream ---- */

/* The weighted sum of nine shifted views of the image. */
static nd_array *blur_down(const nd_array *image)
{
    const int64_t height = nd_length(image, 0) - TAPS + 1;
    nd_array *sum = nd_multiply(nd_slice(image, ND_RANGE(0, height)), weights[0]);
    for (int k = 1; k < TAPS; k++)
        ND_SCOPE /* gives the product's memory back at once, for the next one */
            nd_add_into(sum, sum,
                        nd_multiply(nd_slice(image, ND_RANGE(k, k + height)), weights[k]));
    return sum;
}

static nd_array *blur_across(const nd_array *image)
{
    const int64_t width = nd_length(image, 1) - TAPS + 1;
    nd_array *sum = nd_multiply(nd_slice(image, ND_EVERY, ND_RANGE(0, width)), weights[0]);
    for (int k = 1; k < TAPS; k++)
        ND_SCOPE
            nd_add_into(sum, sum,
                        nd_multiply(nd_slice(image, ND_EVERY, ND_RANGE(k, k + width)), weights[k]));
    return sum;
}

static nd_array *blur_with_ndstream(const nd_array *photo)
{
    const nd_array *blurred = blur_across(blur_down(nd_cast(photo, ND_FLOAT32)));
    return nd_cast(nd_rint(blurred), ND_UINT8);
}

/* Mean minus and plus 1.5 standard deviations become black and white. */
static nd_array *stretch_with_ndstream(const nd_array *photo)
{
    const double mean = nd_item(nd_mean(photo, ND_ALL)), deviation = nd_item(nd_std(photo, ND_ALL));
    const double black = mean - 1.5 * deviation, gain = 255 / (3 * deviation);
    const nd_array *stretched = nd_multiply(nd_subtract(nd_cast(photo, ND_FLOAT32), black), gain);
    return nd_cast(nd_rint(nd_clip(stretched, 0, 255)), ND_UINT8);
}

/* White where the three colours together are brighter than the mean of the photograph. */
static nd_array *threshold_with_ndstream(const nd_array *photo)
{
    const nd_array *brightness = nd_mean(photo, ND_AXIS(2));
    const nd_array *bright = nd_greater(brightness, nd_mean(brightness, ND_ALL));
    return nd_multiply(nd_cast(bright, ND_UINT8), 255);
}

/* ---- the naive loops: an image of height x width pixels of three colours ---- */

typedef struct image_size {
    int64_t height, width;
} image_size;

static void blur_with_a_loop(image_size size, const uint8_t *photo, float *scratch,
                             uint8_t *blurred)
{
    const int64_t row = 3 * size.width, height = size.height - TAPS + 1,
                  width = size.width - TAPS + 1;
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < row; j++) {
            float sum = 0;
            for (int k = 0; k < TAPS; k++)
                sum += (float)weights[k] * (float)photo[(i + k) * row + j];
            scratch[i * row + j] = sum;
        }
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < 3 * width; j++) {
            float sum = 0;
            for (int k = 0; k < TAPS; k++)
                sum += (float)weights[k] * scratch[i * row + j + 3 * k];
            blurred[i * 3 * width + j] = (uint8_t)rintf(sum);
        }
}

static void stretch_with_a_loop(image_size size, const uint8_t *photo, uint8_t *stretched)
{
    const int64_t n = 3 * size.height * size.width;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++)
        sum += photo[i];
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += (photo[i] - mean) * (photo[i] - mean);
    const double deviation = sqrt(squares / (double)n);
    const float black = (float)(mean - 1.5 * deviation), gain = (float)(255 / (3 * deviation));
    for (int64_t i = 0; i < n; i++) {
        float x = ((float)photo[i] - black) * gain;
        x = x < 0 ? 0 : x > 255 ? 255 : x;
        stretched[i] = (uint8_t)rintf(x);
    }
}

static void threshold_with_a_loop(image_size size, const uint8_t *photo, uint8_t *thresholded)
{
    const int64_t pixels = size.height * size.width;
    double sum = 0;
    for (int64_t i = 0; i < 3 * pixels; i++)
        sum += photo[i];
    const double mean = sum / (double)(3 * pixels);
    for (int64_t i = 0; i < pixels; i++) {
        const double brightness = (photo[3 * i] + photo[3 * i + 1] + photo[3 * i + 2]) / 3.0;
        thresholded[i] = brightness > mean ? 255 : 0;
    }
}

/* ---- the chapter ---- */

static void develop(const nd_array *photo)
{
    const image_size size = {nd_length(photo, 0), nd_length(photo, 1)};
    const double values = (double)nd_size(photo), pixels = values / 3;
    printf("%lld x %lld pixels, %lld colours, %s, mean %.2f, standard deviation %.2f\n",
           (long long)size.height, (long long)size.width, (long long)nd_length(photo, 2),
           nd_dtype_name(nd_dtype_of(photo)), nd_item(nd_mean(photo, ND_ALL)),
           nd_item(nd_std(photo, ND_ALL)));

    const nd_array *blurred = blur_with_ndstream(photo);
    const nd_array *stretched = stretch_with_ndstream(photo);
    const nd_array *thresholded = threshold_with_ndstream(photo);
    tour_result("blurred", blurred);
    tour_result("stretched", stretched);
    tour_result("thresholded", thresholded);
    tour_picture("before", photo);
    tour_picture("blurred", blurred);
    tour_picture("stretched", stretched);
    tour_picture("thresholded", thresholded);

    const uint8_t *data = nd_data(photo);
    float *scratch = tour_memory((size_t)values * sizeof(float));
    uint8_t *out = tour_memory((size_t)values);
    TOUR_TIME("ndstream", "blur") tour_compute(blur_with_ndstream(photo));
    TOUR_TIME("loop", "blur") blur_with_a_loop(size, data, scratch, out);
    tour_limit(
        "blur",
        (tour_least){.read = values, .written = values, .flops32 = 2 * (2 * TAPS - 1) * values});

    TOUR_TIME("ndstream", "stretch the contrast") tour_compute(stretch_with_ndstream(photo));
    TOUR_TIME("loop", "stretch the contrast") stretch_with_a_loop(size, data, out);
    tour_limit("stretch the contrast",
               (tour_least){.read = values, .written = values, .flops32 = 8 * values});

    TOUR_TIME("ndstream", "threshold") tour_compute(threshold_with_ndstream(photo));
    TOUR_TIME("loop", "threshold") threshold_with_a_loop(size, data, out);
    tour_limit("threshold", (tour_least){.read = values, .written = pixels, .flops64 = 6 * pixels});
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "A photograph");
    const char *path = tour_argument(0, "the path of a PNG with three colours");
    ND_SCOPE {
        const nd_array *photo = nd_load_png(path);
        if (photo && nd_rank(photo) == 3 && nd_length(photo, 2) == 3)
            develop(photo);
        else if (photo)
            fprintf(stderr, "%s: not a photograph of three colours\n", path);
    }
    return tour_end();
}
