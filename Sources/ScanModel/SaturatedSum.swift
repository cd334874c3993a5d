extension Sequence where Element: FixedWidthInteger {
    /// The sum; stays at the largest number (or the smallest) rather than overflow.
    ///
    /// For sizes that images state, which are anybody's: a sum that wraps around is below zero, and believed.
    package var saturatedSum: Element {
        reduce(0) { sum, next in
            let (total, overflow) = sum.addingReportingOverflow(next)
            guard overflow else { return total }
            return next < 0 ? .min : .max
        }
    }
}
