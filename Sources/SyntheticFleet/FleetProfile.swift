import Foundation

/// What kind of fleet is made: how large its layers are, and how its images share them.
package enum FleetProfile: String, Sendable, CaseIterable {
    /// As the public hub was found to be (Zhao and others, IEEE CLUSTER 2019): layers of 4 MB at the median and 63 MB
    /// at the ninth decile, little sharing.
    case hub
    /// Twenty bases, four of five images on five of them, thirty tags a repository that share all but one or two layers.
    case enterprise
    /// Images of 5 to 10 GB with one layer of 4 GB.
    case ml
    /// `enterprise`, scanned a second time after two images of a hundred are new.
    case churn

    /// The part of a layer's real size that is made unless another is asked for.
    package var defaultScale: Double {
        switch self {
        case .hub, .ml: 0.02
        case .enterprise, .churn: 0.05
        }
    }

    /// New images of a second scan, for each hundred.
    package static let churnPercent = 2
}

/// Sizes of compressed layers, in bytes: a lognormal distribution with a bound.
struct LayerSizes {
    let median: Double
    /// The standard deviation of the logarithm.
    let spread: Double
    var largest = 4e9

    /// Draws a size (Box and Muller 1958).
    func draw(_ random: inout FleetRandom) -> Double {
        let radius = (-2 * log(1 - random.unit())).squareRoot()
        let normal = radius * cos(2 * .pi * random.unit())
        return min(largest, median * exp(spread * normal))
    }
}
