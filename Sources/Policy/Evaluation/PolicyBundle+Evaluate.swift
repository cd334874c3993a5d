import LinearRegex

extension PolicyBundle {
    /// Judges an image under a name, at a moment.
    ///
    /// The first mapping about the image names the policies, all of which are run; their findings are held against the
    /// mapping's whitelists; lists of images have the last word, and there denial beats permission. A rule that cannot tell
    /// because its facts were not collected counts with its action, as if it had fired; one that fails stops the image.
    /// `regexBudget` bounds what the expression of a rule may cost (``LinearRegex/RegexMatcher/defaultBudget``).
    package func evaluate(
        _ image: ImageFacts,
        as name: ImageName?,
        now: PolicyInstant,
        regexBudget: Int = RegexMatcher.defaultBudget
    ) -> PolicyEvaluation {
        let imageRules = ImageRuleFindings(of: self, in: image, as: name, now: now, regexBudget: regexBudget)
        let evaluation = BundleEvaluation(
            of: self,
            in: image,
            as: name,
            now: now,
            regexBudget: regexBudget,
            imageRules: imageRules
        )
        return evaluation.result(evaluation.parts())
    }

    /// The first mapping that is about an image under a name, and those before it whose pattern is too costly to tell.
    func mapping(of image: ImageFacts, as name: ImageName) -> (found: BundleMapping?, tooCostly: [ImageSelector]) {
        Self.first(mappings, about: image, as: name) { $0.selector }
    }

    static func first<Item>(
        _ items: [Item],
        about image: ImageFacts,
        as name: ImageName,
        _ selector: (Item) -> ImageSelector
    ) -> (found: Item?, tooCostly: [ImageSelector]) {
        var tooCostly: [ImageSelector] = []
        for item in items {
            do {
                if try selector(item).matches(image, name) { return (item, tooCostly) }
            } catch {
                tooCostly.append(selector(item))
            }
        }
        return (nil, tooCostly)
    }
}
