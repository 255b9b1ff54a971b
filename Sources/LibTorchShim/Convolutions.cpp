// Layers on images.
#include <ATen/ATen.h>

#include "Guard.h"

using namespace priorlab;

PLTensor *pl_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                         int64_t stride, int64_t padding) {
  return guarded("convolution", {x, weight, bias}, [&] {
    return at::conv2d(x->value, weight->value, bias->value, stride, padding);
  });
}

PLTensor *pl_transposed_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                                    int64_t stride, int64_t padding) {
  return guarded("transposed convolution", {x, weight, bias}, [&] {
    return at::conv_transpose2d(x->value, weight->value, bias->value, stride, padding);
  });
}

PLTensor *pl_batch_norm(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                        PLTensor *mean, PLTensor *variance, bool training, double momentum,
                        double epsilon) {
  return guarded("batch norm", {x, weight, bias, mean, variance}, [&] {
    return at::batch_norm(x->value, weight->value, bias->value, mean->value, variance->value,
                          training, momentum, epsilon, false);
  });
}
