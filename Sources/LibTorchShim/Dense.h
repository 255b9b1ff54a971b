// Dense layers, for layers that are one.
#pragma once

#include <ATen/core/Tensor.h>

namespace priorlab {

/// y = x Wᵀ + b, followed by ReLU where `relu`; x is [rows, inputs], W [outputs, inputs], b [outputs].
at::Tensor dense(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, bool relu);

}  // namespace priorlab
