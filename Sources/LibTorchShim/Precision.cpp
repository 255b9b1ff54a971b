#include "Precision.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>

#include <algorithm>

namespace priorlab {
namespace {

thread_local bool isRounding = false;

/// Whether oneDNN has instructions for products of bfloat16 numbers here.
///
/// Elsewhere the rounded numbers are multiplied in float32: the products are exact either way, and
/// only the order of the sums differs.
bool hasInstructions(const at::Tensor &x) {
#if defined(__x86_64__) && defined(__linux__)
  static const bool processor =
      at::get_cpu_capability() == "AVX512" && __builtin_cpu_supports("avx512bf16");
  return processor && x.device().is_cpu();
#else
  return false;
#endif
}

}  // namespace

bool roundsProducts(std::initializer_list<at::Tensor> tensors) {
  return isRounding && std::all_of(tensors.begin(), tensors.end(), [](const auto &tensor) {
           return tensor.scalar_type() == at::kFloat;
         });
}

at::Tensor rounded(const at::Tensor &x) {
  const auto y = x.to(at::kBFloat16);
  return hasInstructions(x) ? y : y.to(at::kFloat);
}

at::Tensor widened(const at::Tensor &y) { return y.to(at::kBFloat16).to(at::kFloat); }

}  // namespace priorlab

bool pl_set_rounds_products(bool enabled) {
  const bool before = priorlab::isRounding;
  priorlab::isRounding = enabled;
  return before;
}
