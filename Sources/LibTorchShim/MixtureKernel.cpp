#include "MixtureKernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "Processors.h"

namespace priorlab {
namespace {

constexpr int lanes = mixtureLanes;

/// The exponential of a number that is not positive, with a relative error below 2^-23; 0 below -87.
/// The library's function is a call for each number, which no compiler turns into vectors.
INLINE float exponential(float x) {
  const float y = std::max(x, -87.0f);
  // Adding and taking away 1.5 * 2^23 rounds to a whole number.
  const float n = (y * 1.44269504f + 12582912.0f) - 12582912.0f;
  // log 2 in two parts, the first of which has so few digits that its multiples are exact.
  const float r = (y - n * 0.693359375f) + n * 2.12194440e-4f;
  // Nearly the Taylor series: the polynomial of least relative error between +-log(2) / 2.
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return x < -87.0f ? 0.0f : p * power;
}

INLINE float sum(const float (&values)[lanes]) {
  float total = 0;
  for (float value : values) total += value;
  return total;
}

/// One row and dimension: the sum of the densities over e^highest.
PER_PROCESSOR float rowForward(const float *mean, const float *precision, const float *peak,
                               int64_t padded, float z, float highest, float *joint) {
  float sums[lanes] = {};
  for (int64_t k = 0; k < padded; k += lanes)
    for (int lane = 0; lane < lanes; lane++) {
      const float t = (z - mean[k + lane]) * precision[k + lane];
      const float density = peak[k + lane] - t * t;
      joint[k + lane] += density;
      sums[lane] += exponential(density - highest);
    }
  return sum(sums);
}

/// `count` rows at a time, so that sums over rows are added to memory once for all of them.
template <int count>
INLINE void rowsBackward(const float *mean, const float *precision, const float *peak, int64_t padded,
                         const float *z, const float *logDensity, const float *g, const float *share,
                         float *gz, float *__restrict total, float *__restrict first,
                         float *__restrict second) {
  float sums[count][lanes] = {};
  for (int64_t k = 0; k < padded; k += lanes)
    for (int lane = 0; lane < lanes; lane++) {
      float ofWeight = 0, ofFirst = 0, ofSecond = 0;
      for (int row = 0; row < count; row++) {
        const float t = (z[row] - mean[k + lane]) * precision[k + lane];
        // A component's share of the mixture is 1 at most, but for rounding.
        const float logShare = std::min(peak[k + lane] - t * t - logDensity[row], 0.0f);
        const float weight = exponential(logShare) * g[row] + share[row * padded + k + lane];
        ofWeight += weight;
        ofFirst += weight * t;
        ofSecond += weight * t * t;
        sums[row][lane] += weight * t * precision[k + lane];
      }
      total[k + lane] += ofWeight;
      first[k + lane] += ofFirst;
      second[k + lane] += ofSecond;
    }
  for (int row = 0; row < count; row++) gz[row] = -2 * sum(sums[row]);
}

constexpr int rowsTogether = 4;

PER_PROCESSOR void severalRowsBackward(const float *mean, const float *precision, const float *peak,
                                       int64_t padded, const float *z, const float *logDensity,
                                       const float *g, const float *share, float *gz, float *total,
                                       float *first, float *second) {
  rowsBackward<rowsTogether>(mean, precision, peak, padded, z, logDensity, g, share, gz, total, first,
                             second);
}

PER_PROCESSOR void oneRowBackward(const float *mean, const float *precision, const float *peak,
                                  int64_t padded, const float *z, const float *logDensity,
                                  const float *g, const float *share, float *gz, float *total,
                                  float *first, float *second) {
  rowsBackward<1>(mean, precision, peak, padded, z, logDensity, g, share, gz, total, first, second);
}

}  // namespace

void mixtureForward(const MixtureComponents &components, const float *z, int64_t rows, float *joint,
                    float *result) {
  const auto dimensions = components.dimensions, padded = components.padded;
  for (int64_t row = 0; row < rows; row++)
    for (int64_t j = 0; j < dimensions; j++) {
      const auto at = j * padded;
      const float highest = components.highest[j];
      const float density =
          rowForward(components.mean + at, components.precision + at, components.peak + at, padded,
                     z[row * dimensions + j], highest, joint + row * padded);
      result[row * (dimensions + 1) + j] = std::log(density) + highest;
    }
}

void mixtureBackward(const MixtureComponents &components, const float *z, int64_t rows,
                     const float *result, const float *g, const float *share, float *gz, float *total,
                     float *first, float *second) {
  const auto dimensions = components.dimensions, padded = components.padded;
  for (int64_t start = 0; start < rows;) {
    const bool several = rows - start >= rowsTogether;
    const int count = several ? rowsTogether : 1;
    for (int64_t j = 0; j < dimensions; j++) {
      float ofZ[rowsTogether], ofDensity[rowsTogether], ofG[rowsTogether], found[rowsTogether];
      for (int row = 0; row < count; row++) {
        const auto at = (start + row) * (dimensions + 1) + j;
        ofZ[row] = z[(start + row) * dimensions + j];
        ofDensity[row] = result[at];
        ofG[row] = g[at];
      }
      const auto at = j * padded;
      (several ? severalRowsBackward : oneRowBackward)(
          components.mean + at, components.precision + at, components.peak + at, padded, ofZ, ofDensity,
          ofG, share + start * padded, found, total + at, first + at, second + at);
      for (int row = 0; row < count; row++) gz[(start + row) * dimensions + j] = found[row];
    }
    start += count;
  }
}

}  // namespace priorlab
