import Foundation

/// The time of day, for marks that other processes read.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: Int { Int(Date().timeIntervalSince1970) }
}
