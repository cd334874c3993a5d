import Foundation

/// The time of day, which only dates in headers are compared with; spans are measured with `ContinuousClock`.
enum WallClock {
    static var unixSeconds: Double { Date().timeIntervalSince1970 }
}
