// Convolutions with 3 x 3 kernels by Winograd's minimal filtering (Lavin and Gray 2016, F(4 x 4, 3 x 3)):
// a tile of 4 x 4 outputs takes 36 multiplications for each pair of channels instead of 144. As products
// of matrices they take half of the time of oneDNN's direct convolution, with its derivative (one thread,
// 100 images of 28 x 28 pixels, 64 to 128 channels). Sums of transformed numbers round about ten times as
// much as the direct ones: their largest error is some 10^-5 of the largest output.
#include "Winograd.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "WinogradKernel.h"

namespace priorlab {
namespace {

constexpr auto channelsLast = at::MemoryFormat::ChannelsLast;

/// G of Lavin and Gray for both axes of a kernel, [36, 9].
at::Tensor kernelTransform() {
  const auto G = at::tensor({1 / 4.0f, 0.0f, 0.0f, -1 / 6.0f, -1 / 6.0f, -1 / 6.0f, -1 / 6.0f,
                             1 / 6.0f, -1 / 6.0f, 1 / 24.0f, 1 / 12.0f, 1 / 6.0f, 1 / 24.0f,
                             -1 / 12.0f, 1 / 6.0f, 0.0f, 0.0f, 1.0f})
                     .view({6, 3});
  return at::kron(G, G);
}

/// G g Gᵀ of each kernel g, as planes [36, out, in].
at::Tensor kernelPlanes(const at::Tensor &weight) {
  return at::mm(kernelTransform(), weight.reshape({-1, 9}).t())
      .view({36, weight.size(0), weight.size(1)});
}

/// Calls body for a few images at a time, whose planes stay in the processor's cache, with the number
/// of the first.
template <class Body>
void forEachPart(const at::Tensor &x, Body body) {
  const auto images = x.size(0);
  const auto tiles = TiledImages{images, x.size(2), x.size(3), x.size(1)}.tiles();
  const auto parts = std::clamp<int64_t>(tiles / 200, 1, images);
  for (int64_t part = 0; part < parts; part++) {
    const auto first = images * part / parts, end = images * (part + 1) / parts;
    body(first, end - first);
  }
}

/// Some of the images of x, whose channels are innermost, as the kernels take them.
struct Part {
  TiledImages images;
  float *pixels;

  Part(const at::Tensor &x, int64_t first, int64_t count)
      : images{count, x.size(2), x.size(3), x.size(1)},
        pixels(x.data_ptr<float>() + first * x.size(1) * x.size(2) * x.size(3)) {}

  /// The planes that a kernel makes of the pixels.
  at::Tensor transformed(void (*kernel)(const TiledImages &, const float *, float *)) const {
    auto planes = at::empty({36, images.tiles(), images.channels}, at::kFloat);
    kernel(images, pixels, planes.data_ptr<float>());
    return planes;
  }
};

at::Tensor correlate(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  const auto image = x.contiguous(channelsLast);
  const auto kernels = kernelPlanes(weight).transpose(1, 2);
  const auto *biases = bias.defined() ? bias.data_ptr<float>() : nullptr;
  auto y = at::empty({x.size(0), weight.size(0), x.size(2), x.size(3)}, x.options(), channelsLast);
  forEachPart(x, [&](int64_t first, int64_t count) {
    const Part from(image, first, count), to(y, first, count);
    const auto products = at::bmm(from.transformed(winogradInput), kernels);
    winogradOutput(to.images, products.data_ptr<float>(), biases, to.pixels);
  });
  return y;
}

/// The gradient for the kernels, [out, in, 3, 3].
at::Tensor kernelGradient(const at::Tensor &x, const at::Tensor &gy) {
  const auto inputs = x.size(1), outputs = gy.size(1);
  const auto image = x.contiguous(channelsLast), gradient = gy.contiguous(channelsLast);
  auto sum = at::zeros({36, outputs, inputs}, x.options());
  forEachPart(x, [&](int64_t first, int64_t count) {
    const Part from(image, first, count), to(gradient, first, count);
    sum.baddbmm_(to.transformed(winogradGradient).transpose(1, 2), from.transformed(winogradInput));
  });
  return at::mm(sum.view({36, -1}).t(), kernelTransform()).view({outputs, inputs, 3, 3});
}

struct WinogradFunction : torch::autograd::Function<WinogradFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &weight, const at::Tensor &bias) {
    context->save_for_backward({x, weight});
    return correlate(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &gy = gradients[0];
    // Nothing asks for gradients of gradients; better none than zeros.
    TORCH_CHECK(!at::GradMode::is_enabled(), "has no second derivative");
    at::Tensor gx, gw, gb;
    if (context->needs_input_grad(0))
      gx = correlate(gy, weight.flip({2, 3}).transpose(0, 1), at::Tensor());
    if (context->needs_input_grad(1)) gw = kernelGradient(x, gy);
    if (context->needs_input_grad(2)) gb = gy.sum({0, 2, 3});
    return {gx, gw, gb};
  }
};

}  // namespace

bool isForWinograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                   int64_t stride, int64_t padding) {
  for (const auto &tensor : {x, weight, bias})
    if (!tensor.is_cpu() || tensor.scalar_type() != at::kFloat) return false;
  if (x.dim() != 4 || weight.dim() != 4 || bias.dim() != 1 || x.numel() == 0) return false;
  const auto inputs = weight.size(1), outputs = weight.size(0);
  if (stride != 1 || padding != 1 || weight.size(2) != 3 || weight.size(3) != 3 ||
      x.size(1) != inputs || bias.size(0) != outputs)
    return false;
  // With fewer channels or smaller images the transforms cost more than they save.
  return inputs % 16 == 0 && outputs % 16 == 0 && inputs >= 32 && outputs >= 32 &&
         x.size(2) >= 8 && x.size(3) >= 8;
}

at::Tensor winogradConvolution(const at::Tensor &x, const at::Tensor &weight,
                               const at::Tensor &bias) {
  return WinogradFunction::apply(x, weight, bias.contiguous());
}

}  // namespace priorlab
