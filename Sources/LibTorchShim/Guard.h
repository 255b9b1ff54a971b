// Shared by the shim's C++ files: tensor handles, and the guard that turns exceptions into the
// thread's held failure.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <initializer_list>
#include <string>

#include "LibTorchShim.h"

struct PLTensor {
  at::Tensor value;
};

namespace priorlab {

bool failed();
void fail(const std::string &operation, const std::string &shapes, const std::string &message);
std::string describe(const PLTensor *const *tensors, size_t count);
std::string describe(std::initializer_list<const PLTensor *> tensors);

inline at::ScalarType scalarType(PLType type) {
  switch (type) {
    case PLFloat64: return at::kDouble;
    case PLInt64: return at::kLong;
    case PLUInt8: return at::kByte;
    default: return at::kFloat;
  }
}

inline at::Device device(int index) {
  return index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

inline at::IntArrayRef sizes(const int64_t *values, int count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

/// Runs `body` unless a failure is held or an input is missing; an exception becomes the failure.
template <class Body>
void guardedCall(const char *operation, std::initializer_list<const PLTensor *> inputs, Body body) {
  if (failed()) return;
  for (auto input : inputs)
    if (!input) return;
  try {
    body();
  } catch (const c10::Error &error) {
    fail(operation, describe(inputs), error.what_without_backtrace());
  } catch (const std::exception &error) {
    fail(operation, describe(inputs), error.what());
  } catch (...) {
    fail(operation, describe(inputs), "unknown C++ exception");
  }
}

template <class Body>
PLTensor *guarded(const char *operation, std::initializer_list<const PLTensor *> inputs, Body body) {
  PLTensor *result = nullptr;
  guardedCall(operation, inputs, [&] { result = new PLTensor{body()}; });
  return result;
}

}  // namespace priorlab
