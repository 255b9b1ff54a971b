/// The version of everything that decides a run's numbers.
///
/// It is part of every run's identity. It goes up with any change that makes a training run give other
/// numbers by more than rounding; the golden-trajectory test fails until it does.
public enum Numerics {
  public static let version = 1
}
