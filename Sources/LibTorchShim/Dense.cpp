// Dense layers through oneDNN inside libtorch, which on recent AMD processors is about twice as fast
// as the MKL product that `at::linear` takes.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/Version.h>
#include <torch/csrc/autograd/custom_function.h>

#include "Dense.h"
#include "Guard.h"
#include "Precision.h"

using namespace priorlab;

namespace {

bool useOneDNN = false;

using Pointwise = at::Tensor(const at::Tensor &, const at::Tensor &,
                             const std::optional<at::Tensor> &, std::string_view,
                             c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

/// x Wᵀ + b, with ReLU where `relu`.
at::Tensor product(const at::Tensor &x, const at::Tensor &weight,
                   const std::optional<at::Tensor> &bias, bool relu) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                                 .typed<Pointwise>();
  return handle.call(x, weight, bias, relu ? "relu" : "none",
                     c10::List<std::optional<at::Scalar>>(), std::nullopt);
}

/// The operator's messages for shapes that it does not take are useless, so they are kept from it.
bool applies(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  for (const auto &tensor : {x, weight, bias})
    if (!tensor.device().is_cpu() || tensor.scalar_type() != at::kFloat) return false;
  return x.dim() == 2 && weight.dim() == 2 && bias.dim() == 1 && x.numel() > 0 &&
         weight.numel() > 0 && x.size(1) == weight.size(1) && bias.size(0) == weight.size(0);
}

struct DenseFunction : torch::autograd::Function<DenseFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &weight, const at::Tensor &bias, bool relu) {
    auto y = product(x, weight, bias, relu);
    context->saved_data["relu"] = relu;
    context->save_for_backward({x, weight, relu ? y : at::Tensor()});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    auto gy = gradients[0];
    if (context->saved_data["relu"].toBool()) gy = at::threshold_backward(gy, saved[2], 0);
    at::Tensor gx, gw, gb;
    // The oneDNN operator has no derivative of its own: a gradient of this gradient needs ATen's.
    const bool plain = at::GradMode::is_enabled();
    if (context->needs_input_grad(0))
      gx = plain ? at::mm(gy, weight) : product(gy, weight.t(), std::nullopt, false);
    if (context->needs_input_grad(1)) {
      // In the order of the weight's numbers in memory, so that a transposed weight's is not copied.
      if (plain) gw = at::mm(gy.t(), x);
      else if (weight.is_contiguous()) gw = product(gy.t(), x.t(), std::nullopt, false);
      else gw = product(x.t(), gy.t(), std::nullopt, false).t();
    }
    if (context->needs_input_grad(2)) gb = gy.sum(0);
    return {gx, gw, gb, at::Tensor()};
  }
};

}  // namespace

const char *pl_set_dense(PLDense choice) {
  useOneDNN = choice == PLDenseOneDNN ||
              (choice == PLDenseAuto && at::get_cpu_capability() == "AVX512");
  return useOneDNN ? "onednn" : "aten";
}

at::Tensor priorlab::dense(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                           bool relu) {
  if (roundsProducts({x, weight, bias})) {
    auto y = roundedProduct(x, weight, [](const auto &x, const auto &weight) {
      return at::linear(x, weight);
    });
    y.add_(bias);
    return relu ? y.relu_() : y;
  }
  if (useOneDNN && applies(x, weight, bias)) return DenseFunction::apply(x, weight, bias, relu);
  auto y = at::linear(x, weight, bias);
  return relu ? at::relu(y) : y;
}

PLTensor *pl_dense(const PLTensor *x, const PLTensor *weight, const PLTensor *bias, bool relu) {
  return guarded("dense", {x, weight, bias},
                 [&] { return dense(x->value, weight->value, bias->value, relu); });
}
