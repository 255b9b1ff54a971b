// Products of numbers that are rounded to bfloat16.
#pragma once

#include "Guard.h"

namespace priorlab {

/// Whether this thread rounds, and all of these are float32: others are never rounded.
bool roundsProducts(std::initializer_list<at::Tensor> tensors);

/// The tensor rounded to bfloat16: of that type where the processor multiplies it, else float32 again.
at::Tensor rounded(const at::Tensor &x);

/// What a product of rounded tensors gives, in float32.
at::Tensor widened(const at::Tensor &y);

/// y = `product`(x, weight) of rounded tensors. libtorch's derivatives of the roundings round the
/// gradient on its way in and out, so that the products of the backward pass are of the same kind.
template <class Product>
at::Tensor roundedProduct(const at::Tensor &x, const at::Tensor &weight, Product product) {
  return widened(product(rounded(x), rounded(weight)));
}

}  // namespace priorlab
