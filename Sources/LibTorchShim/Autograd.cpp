// Gradients and the optimiser.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "Guard.h"

using namespace priorlab;

bool pl_set_grad_enabled(bool enabled) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return before;
}

PLTensor *pl_leaf(const PLTensor *tensor) {
  return guarded("parameter", {tensor},
                 [&] { return tensor->value.detach().clone().set_requires_grad(true); });
}

PLTensor *pl_detach(const PLTensor *tensor) {
  return guarded("detach", {tensor}, [&] { return tensor->value.detach(); });
}

void pl_gradients(const PLTensor *loss, PLTensor *const *inputs, int count, PLTensor **gradients) {
  guardedCall("gradients", {loss}, [&] {
    torch::autograd::variable_list variables;
    for (int i = 0; i < count; i++) {
      if (!inputs[i]) return;
      variables.push_back(inputs[i]->value);
    }
    auto results = torch::autograd::grad({loss->value}, variables, {}, std::nullopt, false, true);
    for (int i = 0; i < count; i++) {
      auto gradient = results[i].defined() ? results[i] : at::zeros_like(variables[i]);
      // Fused Adam walks parameter and gradient memory side by side.
      gradients[i] = new PLTensor{gradient.contiguous()};
    }
  });
}

void pl_adam(PLTensor *const *parameters, PLTensor *const *gradients, PLTensor *const *means,
             PLTensor *const *squares, PLTensor *const *steps, int count, double rate, double beta1,
             double beta2, double epsilon) {
  guardedCall("adam", {}, [&] {
    c10::NoGradGuard guard;
    std::vector<at::Tensor> p, g, m, s, t;
    for (int i = 0; i < count; i++) {
      if (!parameters[i] || !gradients[i] || !means[i] || !squares[i] || !steps[i]) return;
      p.push_back(parameters[i]->value);
      g.push_back(gradients[i]->value);
      m.push_back(means[i]->value);
      s.push_back(squares[i]->value);
      t.push_back(steps[i]->value);
    }
    // The operator counts from the step that it is given: 0 would divide by zero.
    at::_foreach_add_(t, 1);
    at::_fused_adam_(p, g, m, s, {}, t, rate, beta1, beta2, 0, epsilon, false, false);
  });
}
