// Layers on images.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "Dense.h"
#include "Guard.h"
#include "Precision.h"
#include "Winograd.h"

using namespace priorlab;

namespace {

/// The first half of an axis times the sigmoid of the second.
///
/// libtorch's own derivative writes its halves in a way that takes six times as long where channels
/// are innermost (measured: 52 ms instead of 9 for 100 images of 128 channels and 28 x 28 pixels).
struct GateFunction : torch::autograd::Function<GateFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x,
                            int64_t axis) {
    context->save_for_backward({x});
    context->saved_data["axis"] = axis;
    return at::glu(x, axis);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto x = context->get_saved_variables()[0];
    const auto axis = context->saved_data["axis"].toInt();
    const auto &gy = gradients[0];
    // A gradient of this gradient needs libtorch's.
    if (at::GradMode::is_enabled()) return {at::glu_backward(gy, x, axis), at::Tensor()};
    const auto half = x.size(axis) / 2;
    const auto value = x.narrow(axis, 0, half), gate = x.narrow(axis, half, half);
    auto gx = at::empty_like(x);
    auto gvalue = gx.narrow(axis, 0, half), ggate = gx.narrow(axis, half, half);
    at::sigmoid_out(gvalue, gate);
    at::sigmoid_backward_out(ggate, at::mul(gy, value), gvalue);
    gvalue.mul_(gy);
    return {gx, at::Tensor()};
  }
};

/// Whether these are some images, kernels, and a bias for each of the axis' channels. What they are not is
/// left to libtorch to say.
bool areForImages(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                  int64_t axis) {
  return x.dim() == 4 && weight.dim() == 4 && bias.dim() == 1 && x.numel() > 0 &&
         x.size(1) == weight.size(1 - axis) && bias.size(0) == weight.size(axis);
}

at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                       int64_t stride, int64_t padding) {
  // Where one kernel covers the image this is a dense layer, and as one needs no copies of its
  // weights in the layouts that oneDNN's convolutions take.
  if (areForImages(x, weight, bias, 0) && stride > 0 && padding == 0 &&
      x.sizes().slice(2) == weight.sizes().slice(2))
    return dense(x.flatten(1), weight.flatten(1), bias, false).view({x.size(0), -1, 1, 1});
  if (roundsProducts({x, weight, bias})) {
    auto y = roundedProduct(x, weight, [&](const auto &x, const auto &weight) {
      return at::conv2d(x, weight, {}, stride, padding);
    });
    return y.add_(bias.view({-1, 1, 1}));
  }
  if (isForWinograd(x, weight, bias, stride, padding)) return winogradConvolution(x, weight, bias);
  return at::conv2d(x, weight, bias, stride, padding);
}

at::Tensor transposedConvolution(const at::Tensor &x, const at::Tensor &weight,
                                 const at::Tensor &bias, int64_t stride, int64_t padding,
                                 int64_t outputPadding) {
  // From one pixel this is a dense layer, as above.
  const bool fits = areForImages(x, weight, bias, 1) && stride > 0 && padding >= 0;
  if (fits && padding == 0 && outputPadding == 0 && x.size(2) == 1 && x.size(3) == 1) {
    const auto biases = bias.repeat_interleave(weight.size(2) * weight.size(3));
    return dense(x.flatten(1), weight.flatten(1).t(), biases, false)
        .view({x.size(0), weight.size(1), weight.size(2), weight.size(3)});
  }
  if (roundsProducts({x, weight, bias})) {
    auto y = roundedProduct(x, weight, [&](const auto &x, const auto &weight) {
      return at::conv_transpose2d(x, weight, {}, stride, padding, outputPadding);
    });
    return y.add_(bias.view({-1, 1, 1}));
  }
  // oneDNN computes sixteen channels at least. For one to three, libtorch's own, a product whose
  // results are added up where they fall, takes a third of the time; the derivative stays oneDNN's.
  if (fits && x.is_cpu() && weight.size(1) < 4)
    return at::slow_conv_transpose2d(x, weight, weight.sizes().slice(2), bias, {stride, stride},
                                     {padding, padding}, {outputPadding, outputPadding}, {1, 1});
  return at::conv_transpose2d(x, weight, bias, stride, padding, outputPadding);
}

}  // namespace

PLTensor *pl_channels_last(const PLTensor *x) {
  return guarded("channels last", {x}, [&] {
    auto y = x->value.contiguous(at::MemoryFormat::ChannelsLast);
    // One channel is laid out either way, and libtorch takes it for the other.
    return y.size(1) > 1 ? y
                         : y.as_strided(y.sizes(), c10::get_channels_last_strides_2d(y.sizes()));
  });
}

PLTensor *pl_gate(const PLTensor *x, int64_t axis) {
  return guarded("gate", {x}, [&] { return at::Tensor(GateFunction::apply(x->value, axis)); });
}

PLTensor *pl_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                         int64_t stride, int64_t padding) {
  return guarded("convolution", {x, weight, bias}, [&] {
    return convolution(x->value, weight->value, bias->value, stride, padding);
  });
}

PLTensor *pl_transposed_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                                    int64_t stride, int64_t padding, int64_t outputPadding) {
  return guarded("transposed convolution", {x, weight, bias}, [&] {
    return transposedConvolution(x->value, weight->value, bias->value, stride, padding,
                                 outputPadding);
  });
}

PLTensor *pl_max_pool(const PLTensor *x, int64_t kernel, int64_t stride) {
  return guarded("max pool", {x}, [&] { return at::max_pool2d(x->value, {kernel}, {stride}); });
}

PLTensor *pl_batch_norm(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                        PLTensor *mean, PLTensor *variance, bool training, double momentum,
                        double epsilon) {
  return guarded("batch norm", {x, weight, bias, mean, variance}, [&] {
    return at::batch_norm(x->value, weight->value, bias->value, mean->value, variance->value,
                          training, momentum, epsilon, false);
  });
}
