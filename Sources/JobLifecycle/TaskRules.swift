/// The numbers that bound a task's life; the store's statements take theirs from here.
package enum TaskRules {
    /// How often a task may be blamed before it is set aside, whatever the failures were: there is one budget.
    package static let maxFailures = 4
    /// The longest pause before another try, in seconds.
    package static let maxPauseSeconds = 60

    /// Seconds to wait after a task was blamed for the `failures`th time: 1, 2, 4 and so on, up to the longest pause.
    package static func pauseSeconds(afterFailure failures: Int) -> Int {
        failures < 1 ? 0 : failures > 6 ? maxPauseSeconds : min(maxPauseSeconds, 1 << (failures - 1))
    }
}
