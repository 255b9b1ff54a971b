// The mixture densities of Mixtures.cpp for floats on a CPU: one pass over rows, components and
// dimensions, whose intermediate values stay in registers.
#pragma once

#include <cstdint>

namespace priorlab {

/// Components are padded to a multiple of this many, with densities of zero.
constexpr int64_t mixtureLanes = 16;

/// Gaussians by dimension, [dimensions, padded] each.
struct MixtureComponents {
  int64_t dimensions;
  /// Components with padding.
  int64_t padded;
  const float *mean;
  /// 1 / (sqrt 2 sigma); 0 in the padding.
  const float *precision;
  /// The log-density at the mean; minus infinity in the padding.
  const float *peak;
  /// The highest peak of each dimension, [dimensions].
  const float *highest;
};

/// Adds the joint log-densities to joint, [rows, padded], and writes the log-densities of each dimension
/// to the first columns of result, [rows, dimensions + 1].
void mixtureForward(const MixtureComponents &components, const float *z, int64_t rows, float *joint,
                    float *result);

/// Derivatives of sum g result, of which share, [rows, padded], holds what reaches the joint densities:
/// by z, [rows, dimensions]; and three sums over rows, [dimensions, padded], which must start as zeros,
/// of each density's weight times 1, t and t squared, where t = (z - mean) precision.
void mixtureBackward(const MixtureComponents &components, const float *z, int64_t rows,
                     const float *result, const float *g, const float *share, float *gz, float *total,
                     float *first, float *second);

}  // namespace priorlab
