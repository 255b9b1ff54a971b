import Foundation

/// What this process costs, whatever else the machine does.
enum ProcessorTime {
  /// Seconds that processor cores have worked for this process, all its threads together.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
