// The C face of libtorch: the only door between Swift and C++.
//
// Every function that can fail records the first failure of the current thread and returns NULL (or
// does nothing); later calls that are given NULL, or that come after a failure, pass through without
// effect. `pl_failure_take` hands the failure over. C++ exceptions never leave this library.
#ifndef PRIORLAB_LIBTORCH_SHIM_H
#define PRIORLAB_LIBTORCH_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PLTensor PLTensor;
typedef struct PLGenerator PLGenerator;

typedef enum { PLFloat32 = 0, PLFloat64 = 1, PLInt64 = 2, PLUInt8 = 3 } PLType;
typedef enum { PLDenseAuto = 0, PLDenseOneDNN = 1, PLDenseATen = 2 } PLDense;

// MARK: Failures

/// The message of the first failure, which the caller frees with `pl_string_free`, or NULL; clears it.
char *pl_failure_take(void);
/// Records a failure found on the Swift side, if none is held yet.
void pl_failure_set(const char *message);
void pl_string_free(char *text);

// MARK: Environment

/// Version of the libtorch that was loaded ("2.11.0").
const char *pl_version(void);
void pl_set_threads(int count);
/// Lets the allocator keep freed memory for the next step instead of returning it to the system.
void pl_keep_memory(void);
/// "AVX512", "AVX2", "DEFAULT": the CPU capability that libtorch uses.
const char *pl_cpu_capability(void);
/// Chooses how dense layers are computed; returns what is in force ("onednn" or "aten").
const char *pl_set_dense(PLDense choice);
/// Whether the calling thread rounds the two inputs and the result of each float32 product (dense layers,
/// convolutions; forward and backward) to bfloat16; returns what was set before.
bool pl_set_rounds_products(bool enabled);
/// Loads libtorch's CUDA library. Returns the number of devices, or -1 with a failure recorded.
int pl_load_cuda(void);

// MARK: Life of a tensor

PLTensor *pl_from_data(const void *data, const int64_t *shape, int rank, PLType type);
/// Without a copy: release(owner) is called when the last tensor that shares the data is gone, or at once
/// where there is none.
PLTensor *pl_from_owned_data(const void *data, const int64_t *shape, int rank, PLType type, void *owner,
                             void (*release)(void *owner));
PLTensor *pl_full(double value, const int64_t *shape, int rank, PLType type, int device);
void pl_free(PLTensor *tensor);
int pl_rank(const PLTensor *tensor);
void pl_shape(const PLTensor *tensor, int64_t *shape);
PLType pl_type(const PLTensor *tensor);
/// -1 for the CPU, else the index of the CUDA device.
int pl_device(const PLTensor *tensor);
/// Copies all elements, row by row, converted to `type`, into `data`.
void pl_copy_out(const PLTensor *tensor, void *data, int64_t count, PLType type);
/// Overwrites the elements of `tensor` with those of `source` (same shape).
void pl_assign(PLTensor *tensor, const PLTensor *source);
PLTensor *pl_to_device(const PLTensor *tensor, int device);
PLTensor *pl_to_type(const PLTensor *tensor, PLType type);

// MARK: Automatic differentiation

bool pl_set_grad_enabled(bool enabled);
PLTensor *pl_leaf(const PLTensor *tensor);
PLTensor *pl_detach(const PLTensor *tensor);
/// Gradients of the scalar `loss` with respect to `count` tensors, zeros where it does not depend on one.
void pl_gradients(const PLTensor *loss, PLTensor *const *inputs, int count, PLTensor **gradients);

// MARK: Operations

typedef enum {
  PLNegate,
  PLExp,
  PLLog,
  PLSquare,
  PLSqrt,
  PLReLU,
  PLELU,
  PLTanh,
  PLSigmoid,
  PLSoftplus,
  PLAbs,
  PLLogGamma
} PLUnary;
typedef enum { PLAdd, PLSubtract, PLMultiply, PLDivide, PLPower } PLBinary;

PLTensor *pl_unary(PLUnary operation, const PLTensor *x);
PLTensor *pl_binary(PLBinary operation, const PLTensor *x, const PLTensor *y);
PLTensor *pl_binary_scalar(PLBinary operation, const PLTensor *x, double y);
PLTensor *pl_clamp(const PLTensor *x, double low, double high);
PLTensor *pl_minimum(const PLTensor *x);
PLTensor *pl_maximum(const PLTensor *x);
PLTensor *pl_sum(const PLTensor *x, const int64_t *axes, int count);
PLTensor *pl_mean(const PLTensor *x, const int64_t *axes, int count);
PLTensor *pl_logsumexp(const PLTensor *x, int64_t axis);
PLTensor *pl_log_softmax(const PLTensor *x, int64_t axis);
/// Euclidean distances of the rows of x from those of y.
PLTensor *pl_distances(const PLTensor *x, const PLTensor *y);
/// Places of the smallest numbers of each row, ascending.
PLTensor *pl_smallest(const PLTensor *x, int64_t count);
PLTensor *pl_reshape(const PLTensor *x, const int64_t *shape, int rank);
PLTensor *pl_narrow(const PLTensor *x, int64_t axis, int64_t start, int64_t length);
PLTensor *pl_select_rows(const PLTensor *x, const PLTensor *indices);
/// The tensors one after the other along an axis.
PLTensor *pl_concatenate(PLTensor *const *tensors, int count, int64_t axis);
/// Matrices [..., n, n] with the elements of x [..., n] on the diagonal and zeros elsewhere.
PLTensor *pl_diagonal_matrices(const PLTensor *x);
/// Inverses of lower triangular matrices [..., n, n]; what is above the diagonal is not read.
PLTensor *pl_lower_inverse(const PLTensor *x);
/// y = x Wᵀ + b, followed by ReLU where `relu`; x is [rows, inputs], W [outputs, inputs], b [outputs].
PLTensor *pl_dense(const PLTensor *x, const PLTensor *weight, const PLTensor *bias, bool relu);
/// The first half of an axis times the sigmoid of the second half.
PLTensor *pl_gate(const PLTensor *x, int64_t axis);
/// The same numbers of [batch, channels, h, w] laid out with the channels innermost.
PLTensor *pl_channels_last(const PLTensor *x);
/// Cross-correlation of [batch, in, h, w] with W [out, in, k, k].
PLTensor *pl_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                         int64_t stride, int64_t padding);
/// The transpose of that map: [batch, in, h, w] with W [in, out, k, k].
PLTensor *pl_transposed_convolution(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                                    int64_t stride, int64_t padding, int64_t outputPadding);
/// The greatest number of each square window of [batch, channels, h, w].
PLTensor *pl_max_pool(const PLTensor *x, int64_t kernel, int64_t stride);
/// Normalises each channel (axis 1). Where `training`, by the batch's mean and variance, which also
/// move the running ones, in place, by `momentum`; else by the running ones.
PLTensor *pl_batch_norm(const PLTensor *x, const PLTensor *weight, const PLTensor *bias,
                        PLTensor *mean, PLTensor *variance, bool training, double momentum,
                        double epsilon);

/// Log-densities of the rows of z, [rows, d], under a mixture of diagonal Gaussians, one for each row of
/// mean and log_variance, [components, d]: column j < d has log sum_k w_ik N(z_ij; mean_kj, variance_kj),
/// column d has log sum_k w_ik N(z_i; mean_k, variance_k). w is 1, or given as log_weights [rows,
/// components], which have no gradient.
PLTensor *pl_mixture_log_densities(const PLTensor *z, const PLTensor *mean,
                                   const PLTensor *log_variance, const PLTensor *log_weights);

// MARK: Optimiser

/// One Adam step on all parameters in place; `steps` counts from 1 and is incremented here.
void pl_adam(PLTensor *const *parameters, PLTensor *const *gradients, PLTensor *const *means,
             PLTensor *const *squares, PLTensor *const *steps, int count, double rate, double beta1,
             double beta2, double epsilon);

// MARK: Random numbers

/// A generator whose whole Mersenne state is filled from a 128-bit key.
PLGenerator *pl_generator(uint64_t key0, uint64_t key1);
void pl_generator_free(PLGenerator *generator);
PLTensor *pl_normal(PLGenerator *generator, const int64_t *shape, int rank, PLType type);
PLTensor *pl_uniform(PLGenerator *generator, const int64_t *shape, int rank, PLType type);
/// Draws from the gamma distribution with each element's shape parameter and the scale 1.
PLTensor *pl_gamma(PLGenerator *generator, const PLTensor *shape);
/// 1 with the probability that each element gives, else 0.
PLTensor *pl_bernoulli(PLGenerator *generator, const PLTensor *probability);
PLTensor *pl_permutation(PLGenerator *generator, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
