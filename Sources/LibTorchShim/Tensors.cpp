// Life of a tensor, environment, and the plain operations.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <memory>

#ifdef __GLIBC__
#include <climits>
#include <malloc.h>
#endif

#include "Guard.h"

using namespace priorlab;

// MARK: Environment

const char *pl_version(void) { return TORCH_VERSION; }

void pl_set_threads(int count) { at::set_num_threads(count); }

void pl_keep_memory(void) {
#ifdef __GLIBC__
  // A training step frees and takes the same megabytes again: giving them back to the system between
  // steps costs a page fault for every 4 KiB (measured: 30 ms a step instead of 21.5).
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}


const char *pl_cpu_capability(void) {
  static const std::string name = at::get_cpu_capability();
  return name.c_str();
}

int pl_load_cuda(void) {
  // Loaded by hand, before anything asks for CUDA: the first question caches "none" for good.
#ifdef __APPLE__
  const char *library = "libtorch_cuda.dylib";
#else
  const char *library = "libtorch_cuda.so";
#endif
  if (!dlopen(library, RTLD_NOW | RTLD_GLOBAL)) {
    fail("cuda", "", dlerror());
    return -1;
  }
  int count = -1;
  guardedCall("cuda", {}, [&] {
    count = at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
  });
  return count;
}

// MARK: Life of a tensor

PLTensor *pl_from_data(const void *data, const int64_t *shape, int rank, PLType type) {
  return guarded("tensor", {}, [&] {
    // Cloned, because Swift's array may move or go away.
    return at::from_blob(const_cast<void *>(data), sizes(shape, rank), scalarType(type)).clone();
  });
}

PLTensor *pl_from_owned_data(const void *data, const int64_t *shape, int rank, PLType type, void *owner,
                             void (*release)(void *owner)) {
  std::shared_ptr<void> keep(owner, release);
  return guarded("tensor", {}, [&] {
    return at::from_blob(
        const_cast<void *>(data), sizes(shape, rank), [keep](void *) {}, scalarType(type));
  });
}

PLTensor *pl_full(double value, const int64_t *shape, int rank, PLType type, int deviceIndex) {
  return guarded("full", {}, [&] {
    return at::full(sizes(shape, rank), value,
                    at::TensorOptions(scalarType(type)).device(device(deviceIndex)));
  });
}

void pl_free(PLTensor *tensor) { delete tensor; }
int pl_rank(const PLTensor *tensor) { return tensor ? static_cast<int>(tensor->value.dim()) : 0; }

void pl_shape(const PLTensor *tensor, int64_t *shape) {
  if (!tensor) return;
  for (int64_t axis = 0; axis < tensor->value.dim(); axis++) shape[axis] = tensor->value.size(axis);
}

PLType pl_type(const PLTensor *tensor) {
  if (!tensor) return PLFloat32;
  switch (tensor->value.scalar_type()) {
    case at::kDouble: return PLFloat64;
    case at::kLong: return PLInt64;
    case at::kByte: return PLUInt8;
    default: return PLFloat32;
  }
}

int pl_device(const PLTensor *tensor) {
  return tensor && tensor->value.is_cuda() ? tensor->value.get_device() : -1;
}

void pl_copy_out(const PLTensor *tensor, void *data, int64_t count, PLType type) {
  guardedCall("copy", {tensor}, [&] {
    auto host = tensor->value.detach().to(at::kCPU, scalarType(type)).contiguous();
    TORCH_CHECK(host.numel() == count, "expected ", count, " elements");
    if (count > 0) std::memcpy(data, host.const_data_ptr(), static_cast<size_t>(host.nbytes()));
  });
}

void pl_assign(PLTensor *tensor, const PLTensor *source) {
  guardedCall("assign", {tensor, source}, [&] {
    TORCH_CHECK(tensor->value.sizes() == source->value.sizes(), "shapes differ");
    c10::NoGradGuard guard;
    tensor->value.copy_(source->value);
  });
}

PLTensor *pl_to_device(const PLTensor *tensor, int deviceIndex) {
  return guarded("to", {tensor}, [&] { return tensor->value.to(device(deviceIndex)); });
}

PLTensor *pl_to_type(const PLTensor *tensor, PLType type) {
  return guarded("to", {tensor}, [&] { return tensor->value.to(scalarType(type)); });
}

// MARK: Operations

PLTensor *pl_unary(PLUnary operation, const PLTensor *x) {
  static const char *const names[] = {"negate", "exp",     "log",      "square", "sqrt",     "relu",
                                      "elu",    "tanh",    "sigmoid",  "softplus", "abs", "log_gamma"};
  return guarded(names[operation], {x}, [&] {
    switch (operation) {
      case PLNegate: return at::neg(x->value);
      case PLExp: return at::exp(x->value);
      case PLLog: return at::log(x->value);
      case PLSquare: return at::square(x->value);
      case PLSqrt: return at::sqrt(x->value);
      case PLReLU: return at::relu(x->value);
      case PLELU: return at::elu(x->value);
      case PLTanh: return at::tanh(x->value);
      case PLSigmoid: return at::sigmoid(x->value);
      case PLSoftplus: return at::softplus(x->value);
      case PLAbs: return at::abs(x->value);
      case PLLogGamma: break;
    }
    return at::lgamma(x->value);
  });
}

PLTensor *pl_binary(PLBinary operation, const PLTensor *x, const PLTensor *y) {
  static const char *const names[] = {"add", "subtract", "multiply", "divide", "power"};
  return guarded(names[operation], {x, y}, [&] {
    switch (operation) {
      case PLAdd: return at::add(x->value, y->value);
      case PLSubtract: return at::sub(x->value, y->value);
      case PLMultiply: return at::mul(x->value, y->value);
      case PLDivide: return at::div(x->value, y->value);
      case PLPower: break;
    }
    return at::pow(x->value, y->value);
  });
}

PLTensor *pl_binary_scalar(PLBinary operation, const PLTensor *x, double y) {
  static const char *const names[] = {"add", "subtract", "multiply", "divide", "power"};
  return guarded(names[operation], {x}, [&] {
    switch (operation) {
      case PLAdd: return at::add(x->value, y);
      case PLSubtract: return at::sub(x->value, y);
      case PLMultiply: return at::mul(x->value, y);
      case PLDivide: return at::div(x->value, y);
      case PLPower: break;
    }
    return at::pow(x->value, y);
  });
}

PLTensor *pl_clamp(const PLTensor *x, double low, double high) {
  return guarded("clamp", {x}, [&] { return at::clamp(x->value, low, high); });
}

PLTensor *pl_minimum(const PLTensor *x) {
  return guarded("minimum", {x}, [&] { return at::min(x->value); });
}

PLTensor *pl_maximum(const PLTensor *x) {
  return guarded("maximum", {x}, [&] { return at::max(x->value); });
}

PLTensor *pl_sum(const PLTensor *x, const int64_t *axes, int count) {
  return guarded("sum", {x}, [&] {
    return count == 0 ? at::sum(x->value) : at::sum(x->value, sizes(axes, count));
  });
}

PLTensor *pl_mean(const PLTensor *x, const int64_t *axes, int count) {
  return guarded("mean", {x}, [&] {
    return count == 0 ? at::mean(x->value) : at::mean(x->value, sizes(axes, count));
  });
}

PLTensor *pl_logsumexp(const PLTensor *x, int64_t axis) {
  return guarded("logsumexp", {x}, [&] { return at::logsumexp(x->value, axis); });
}

PLTensor *pl_log_softmax(const PLTensor *x, int64_t axis) {
  return guarded("log_softmax", {x}, [&] { return at::log_softmax(x->value, axis); });
}

PLTensor *pl_distances(const PLTensor *x, const PLTensor *y) {
  // By products of matrices it would be faster, and near points would lose most of their digits.
  return guarded("distances", {x, y}, [&] { return at::cdist(x->value, y->value, 2.0, 2); });
}

PLTensor *pl_smallest(const PLTensor *x, int64_t count) {
  return guarded("smallest", {x},
                 [&] { return std::get<1>(at::topk(x->value, count, -1, false, true)); });
}

PLTensor *pl_reshape(const PLTensor *x, const int64_t *shape, int rank) {
  return guarded("reshape", {x}, [&] { return at::reshape(x->value, sizes(shape, rank)); });
}

PLTensor *pl_narrow(const PLTensor *x, int64_t axis, int64_t start, int64_t length) {
  return guarded("narrow", {x}, [&] { return at::narrow(x->value, axis, start, length); });
}

PLTensor *pl_select_rows(const PLTensor *x, const PLTensor *indices) {
  return guarded("rows", {x, indices},
                 [&] { return at::index_select(x->value, 0, indices->value); });
}

PLTensor *pl_concatenate(PLTensor *const *tensors, int count, int64_t axis) {
  return guarded("concatenate", {}, [&] {
    std::vector<at::Tensor> values;
    for (int i = 0; i < count; i++) {
      TORCH_CHECK(tensors[i], "a tensor is missing");
      values.push_back(tensors[i]->value);
    }
    return at::cat(values, axis);
  });
}

PLTensor *pl_diagonal_matrices(const PLTensor *x) {
  return guarded("diagonal matrices", {x}, [&] { return at::diag_embed(x->value); });
}

PLTensor *pl_lower_inverse(const PLTensor *x) {
  return guarded("lower inverse", {x}, [&] {
    const auto identity = at::eye(x->value.size(-1), x->value.options());
    return at::linalg_solve_triangular(x->value, identity.expand_as(x->value), false);
  });
}
