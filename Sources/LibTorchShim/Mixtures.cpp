// Log-densities under a mixture of diagonal Gaussians with as many components as a batch has examples.
//
// Written with plain tensor operations the densities of every row, component and dimension would be held
// at once, several times over (2048 x 2048 x 20 floats are 335 MB), and the time would go into moving
// them. Here no more than one dimension's are, and the derivatives compute them again. For floats on a
// CPU there is a loop of our own.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "Guard.h"
#include "MixtureKernel.h"

using namespace priorlab;

namespace {

at::Tensor precisions(const at::Tensor &logVariance) {
  return logVariance.mul(-0.5).exp_().mul_(std::sqrt(0.5));
}

at::Tensor peaks(const at::Tensor &logVariance) {
  return logVariance.add(std::log(2 * M_PI)).mul_(-0.5);
}

// MARK: Floats on a CPU

/// The components in the loop's layout.
struct Padded {
  at::Tensor mean, precision, peak, highest;
  MixtureComponents components;

  Padded(const at::Tensor &means, const at::Tensor &logVariances) {
    const auto count = means.size(0);
    const auto padding = (mixtureLanes - count % mixtureLanes) % mixtureLanes;
    auto padded = [&](const at::Tensor &x, double value) {
      return at::constant_pad_nd(x.t(), {0, padding}, value).contiguous();
    };
    mean = padded(means, 0);
    precision = padded(precisions(logVariances), 0);
    peak = padded(peaks(logVariances), -std::numeric_limits<double>::infinity());
    highest = peak.amax(1);
    components = {means.size(1),
                  count + padding,
                  mean.data_ptr<float>(),
                  precision.data_ptr<float>(),
                  peak.data_ptr<float>(),
                  highest.data_ptr<float>()};
  }
};

bool isForLoop(const at::Tensor &z, const std::optional<at::Tensor> &logWeights) {
  return z.device().is_cpu() && z.scalar_type() == at::kFloat && !logWeights;
}

/// Fills the columns of result but the last, and returns the joint log-densities, [rows, padded].
at::Tensor loopForward(const at::Tensor &z, const at::Tensor &mean, const at::Tensor &logVariance,
                       at::Tensor &result) {
  const Padded padded(mean, logVariance);
  auto joint = at::zeros({z.size(0), padded.components.padded}, z.options());
  mixtureForward(padded.components, z.contiguous().data_ptr<float>(), z.size(0),
                 joint.data_ptr<float>(), result.data_ptr<float>());
  return joint;
}

torch::autograd::variable_list loopBackward(const at::Tensor &z, const at::Tensor &mean,
                                            const at::Tensor &logVariance, const at::Tensor &result,
                                            const at::Tensor &g, const at::Tensor &share) {
  const Padded padded(mean, logVariance);
  auto gz = at::empty(z.sizes(), z.options());
  auto total = at::zeros_like(padded.mean), first = at::zeros_like(total),
       second = at::zeros_like(total);
  mixtureBackward(padded.components, z.contiguous().data_ptr<float>(), z.size(0),
                  result.data_ptr<float>(), g.contiguous().data_ptr<float>(),
                  share.data_ptr<float>(), gz.data_ptr<float>(),
                  total.data_ptr<float>(), first.data_ptr<float>(),
                  second.data_ptr<float>());
  auto unpadded = [&](const at::Tensor &x) { return x.narrow(1, 0, mean.size(0)).t(); };
  return {gz, unpadded(first.mul_(padded.precision).mul_(2)),
          unpadded(second.sub_(total.mul_(0.5))), at::Tensor()};
}

// MARK: All else

/// Numbers of a block of rows.
constexpr int64_t blockNumbers = 1 << 17;

int64_t rowsOfBlock(const at::Tensor &mean) {
  return std::max<int64_t>(blockNumbers / mean.size(0), 1);
}

/// The components of one dimension, [1, components] each.
struct Dimension {
  at::Tensor mean, precision, peak;

  Dimension(const at::Tensor &means, const at::Tensor &logVariances, int64_t j)
      : mean(means.select(1, j).unsqueeze(0)),
        precision(precisions(logVariances.select(1, j)).unsqueeze(0)),
        peak(peaks(logVariances.select(1, j)).unsqueeze(0)) {}

  /// (z - mean) / (sqrt 2 sigma), [rows, components], of z [rows].
  at::Tensor distance(const at::Tensor &z) const {
    return at::sub(z.unsqueeze(1), mean).mul_(precision);
  }
};

at::Tensor blocksForward(const at::Tensor &z, const at::Tensor &mean, const at::Tensor &logVariance,
                         const std::optional<at::Tensor> &logWeights, at::Tensor &result) {
  const auto rows = z.size(0), block = rowsOfBlock(mean);
  auto joint = logWeights ? logWeights->clone() : at::zeros({rows, mean.size(0)}, z.options());
  for (int64_t j = 0; j < z.size(1); j++) {
    const Dimension dimension(mean, logVariance, j);
    // No density is above the highest peak, and one is not far below it: a maximum for each row would be
    // a pass more.
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
  return joint;
}

torch::autograd::variable_list blocksBackward(const at::Tensor &z, const at::Tensor &mean,
                                              const at::Tensor &logVariance,
                                              const at::Tensor &logWeights, const at::Tensor &result,
                                              const at::Tensor &g, const at::Tensor &share) {
  const auto rows = z.size(0), block = rowsOfBlock(mean);
  auto gz = at::empty_like(z), gm = at::empty_like(mean), gv = at::empty_like(logVariance);
  for (int64_t j = 0; j < z.size(1); j++) {
    const Dimension dimension(mean, logVariance, j);
    auto total = at::zeros({mean.size(0)}, z.options()), first = at::zeros_like(total),
         second = at::zeros_like(total);
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

struct MixtureFunction : torch::autograd::Function<MixtureFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &z,
                            const at::Tensor &mean, const at::Tensor &logVariance,
                            const std::optional<at::Tensor> &logWeights) {
    auto result = at::empty({z.size(0), z.size(1) + 1}, z.options());
    auto joint = isForLoop(z, logWeights)
                     ? loopForward(z, mean, logVariance, result)
                     : blocksForward(z, mean, logVariance, logWeights, result);
    result.select(1, z.size(1)).copy_(at::logsumexp(joint, 1));
    context->save_for_backward(
        {z, mean, logVariance, logWeights.value_or(at::Tensor()), joint, result});
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &z = saved[0], &mean = saved[1], &logVariance = saved[2], &logWeights = saved[3],
               &joint = saved[4], &result = saved[5];
    const auto &g = gradients[0];
    // What reaches each joint density: the gradient times the component's share of the mixture.
    auto share = at::sub(joint, result.select(1, z.size(1)).unsqueeze(1)).exp_();
    share.mul_(g.select(1, z.size(1)).unsqueeze(1));
    const auto weights = logWeights.defined() ? std::optional(logWeights) : std::nullopt;
    return isForLoop(z, weights)
               ? loopBackward(z, mean, logVariance, result, g, share)
               : blocksBackward(z, mean, logVariance, logWeights, result, g, share);
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
    TORCH_CHECK(z->value.scalar_type() == mean->value.scalar_type() &&
                    mean->value.scalar_type() == logVariance->value.scalar_type(),
                "one element type is needed");
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
