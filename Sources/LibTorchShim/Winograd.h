// Convolutions by tiles, for layers that have them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace priorlab {

/// Whether `winogradConvolution` takes these; the sizes are those with which it was faster on one thread.
bool isForWinograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                   int64_t stride, int64_t padding);

/// Cross-correlation of [batch, in, h, w] with [out, in, 3, 3], surrounded by one row of zeros. The
/// result's channels are innermost in memory.
at::Tensor winogradConvolution(const at::Tensor &x, const at::Tensor &weight,
                               const at::Tensor &bias);

}  // namespace priorlab
