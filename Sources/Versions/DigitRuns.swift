extension [UInt8] {
    /// The digits at `position` without leading zeros; moves `position` past the run.
    func digitRun(from position: inout Int) -> ArraySlice<UInt8> {
        while position < count, self[position] == ASCII.zero { position += 1 }
        let start = position
        while position < count, self[position].isDigit { position += 1 }
        return self[start..<position]
    }
}

extension VersionComparison {
    /// Compares two digit runs without leading zeros as numbers of any length.
    static func ofDigits(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> VersionComparison {
        if left.count != right.count { return left.count < right.count ? .less : .greater }
        for (one, other) in zip(left, right) where one != other {
            return one < other ? .less : .greater
        }
        return .equal
    }
}
