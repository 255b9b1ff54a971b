// Log-densities under a mixture of diagonal Gaussians with as many components as a batch has examples.
//
// Written with plain tensor operations the densities of every row, component and dimension would be held
// at once, several times over (2048 x 2048 x 20 floats are 335 MB), and the time would go into moving
// them. Here a dimension and a block of rows are computed at a time, so that they stay in the cache, and
// the derivatives compute them again.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "Guard.h"

using namespace priorlab;

namespace {

/// Numbers of a block: half a megabyte as float.
constexpr int64_t blockNumbers = 1 << 17;

/// The components of one dimension, [1, components] each.
struct Dimension {
  at::Tensor mean;
  /// 1 / (sqrt 2 sigma).
  at::Tensor precision;
  /// log 1 / (sqrt(2 pi) sigma), the density at the mean.
  at::Tensor peak;

  Dimension(const at::Tensor &means, const at::Tensor &logVariances, int64_t j)
      : mean(means.select(1, j).unsqueeze(0).contiguous()),
        precision(logVariances.select(1, j).unsqueeze(0).mul(-0.5).exp_().mul_(std::sqrt(0.5))),
        peak(logVariances.select(1, j).unsqueeze(0).add(std::log(2 * M_PI)).mul_(-0.5)) {}

  /// (z - mean) / (sqrt 2 sigma), [rows, components], of z [rows].
  at::Tensor distance(const at::Tensor &z) const {
    return at::sub(z.unsqueeze(1), mean).mul_(precision);
  }
};

struct MixtureFunction : torch::autograd::Function<MixtureFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &z,
                            const at::Tensor &mean, const at::Tensor &logVariance,
                            const std::optional<at::Tensor> &logWeights) {
    const auto rows = z.size(0), components = mean.size(0), dimensions = z.size(1);
    const auto block = std::max<int64_t>(blockNumbers / std::max<int64_t>(components, 1), 1);
    auto result = at::empty({rows, dimensions + 1}, z.options());
    // Joint log-densities of every row under every component.
    auto joint = logWeights ? logWeights->clone() : at::zeros({rows, components}, z.options());
    for (int64_t j = 0; j < dimensions; j++) {
      const Dimension dimension(mean, logVariance, j);
      // No density is above the highest peak, and one is not far below it: a maximum for each row
      // would be a pass more.
      auto highest = dimension.peak.amax();
      if (logWeights) highest.add_(logWeights->amax());
      for (int64_t start = 0; start < rows; start += block) {
        const auto length = std::min(block, rows - start);
        auto t = dimension.distance(z.select(1, j).narrow(0, start, length));
        at::addcmul_out(t, dimension.peak, t, t, -1);
        joint.narrow(0, start, length).add_(t);
        if (logWeights) t.add_(logWeights->narrow(0, start, length));
        auto sum = t.sub_(highest).exp_().sum(1);
        result.select(1, j).narrow(0, start, length).copy_(sum.log_().add_(highest));
      }
    }
    result.select(1, dimensions).copy_(at::logsumexp(joint, 1));
    context->save_for_backward(
        {z, mean, logVariance, logWeights.value_or(at::Tensor()), joint, result});
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &z = saved[0], &mean = saved[1], &logVariance = saved[2], &logWeights = saved[3],
               &joint = saved[4], &result = saved[5];
    const auto rows = z.size(0), components = mean.size(0), dimensions = z.size(1);
    const auto block = std::max<int64_t>(blockNumbers / std::max<int64_t>(components, 1), 1);
    const auto &g = gradients[0];
    // What reaches each joint density: the gradient times the component's responsibility.
    auto share = at::sub(joint, result.select(1, dimensions).unsqueeze(1)).exp_();
    share.mul_(g.select(1, dimensions).unsqueeze(1));
    auto gz = at::empty_like(z), gm = at::empty_like(mean), gv = at::empty_like(logVariance);
    for (int64_t j = 0; j < dimensions; j++) {
      const Dimension dimension(mean, logVariance, j);
      auto first = at::zeros({components}, z.options()), second = at::zeros_like(first),
           total = at::zeros_like(first);
      for (int64_t start = 0; start < rows; start += block) {
        const auto length = std::min(block, rows - start);
        auto of = [&](const at::Tensor &x) { return x.select(1, j).narrow(0, start, length); };
        auto t = dimension.distance(of(z));
        auto weight = at::addcmul(dimension.peak, t, t, -1);
        if (logWeights.defined()) weight.add_(logWeights.narrow(0, start, length));
        weight.sub_(of(result).unsqueeze(1)).exp_().mul_(of(g).unsqueeze(1));
        weight.add_(share.narrow(0, start, length));
        total.add_(weight.sum(0));
        weight.mul_(t);
        first.add_(weight.sum(0));
        of(gz).copy_(at::mv(weight, dimension.precision.squeeze(0)).mul_(-2));
        second.add_(weight.mul_(t).sum(0));
      }
      gm.select(1, j).copy_(first.mul_(dimension.precision.squeeze(0)).mul_(2));
      gv.select(1, j).copy_(second.sub_(total.mul_(0.5)));
    }
    return {gz, gm, gv, at::Tensor()};
  }
};

}  // namespace

PLTensor *pl_mixture_log_densities(const PLTensor *z, const PLTensor *mean,
                                   const PLTensor *logVariance, const PLTensor *logWeights) {
  return guarded("mixture_log_densities", {z, mean, logVariance}, [&] {
    TORCH_CHECK(z->value.dim() == 2 && mean->value.dim() == 2 &&
                    mean->value.sizes() == logVariance->value.sizes() &&
                    z->value.size(1) == mean->value.size(1) && mean->value.size(0) > 0,
                "rows and components of the same dimensions are needed");
    std::optional<at::Tensor> weights;
    if (logWeights) {
      weights = logWeights->value;
      TORCH_CHECK(weights->dim() == 2 && weights->size(0) == z->value.size(0) &&
                      weights->size(1) == mean->value.size(0),
                  "log-weights of shape [rows, components] are needed");
    }
    return MixtureFunction::apply(z->value, mean->value, logVariance->value, weights);
  });
}
