import AnchoreAPI
import Gatekeeping
import TallymanTesting
import Testing

@Suite("Reviews of Kubernetes")
struct AdmissionReviewTests {
    private func review(_ request: String) throws -> AdmissionReview {
        try AdmissionReview(
            Array(#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{\#(request)}}"#.utf8)
        )
    }

    private func created(_ object: String) throws -> [String] {
        try review(#""uid":"1","namespace":"shop","operation":"CREATE","object":\#(object)"#).images
    }

    private static let pod = #"""
        {"initContainers":[{"name":"i","image":"init:1"}],
         "containers":[{"name":"a","image":"app:1"},{"name":"b","image":"app:1"},{"name":"c","image":"r.example:5000/x@sha256:00"}],
         "ephemeralContainers":[{"name":"d","image":"debug:1"}],
         "volumes":[{"name":"v","image":{"reference":"data:1","pullPolicy":"Always"}},{"name":"e","emptyDir":{}}]}
        """#
    private static let all = ["init:1", "app:1", "r.example:5000/x@sha256:00", "debug:1", "data:1"]

    @Test(
        "every kind that makes pods names its images, each once",
        arguments: [
            #"{"kind":"Pod","spec":POD}"#, #"{"kind":"Deployment","spec":{"replicas":2,"template":{"spec":POD}}}"#,
            #"{"kind":"StatefulSet","spec":{"template":{"spec":POD}}}"#,
            #"{"kind":"PodTemplate","template":{"spec":POD}}"#,
            #"{"kind":"CronJob","spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":POD}}}}}"#,
            #"{"kind":"Rollout","apiVersion":"argoproj.io/v1alpha1","spec":{"template":{"spec":POD}}}"#,
        ]
    )
    func kinds(_ object: String) throws {
        #expect(try created(object.replacing("POD", with: Self.pod)) == Self.all)
    }

    @Test(
        "what has no pods, or no sense, has no images",
        arguments: [
            #"{"kind":"ConfigMap","data":{"image":"x"}}"#, #"{"kind":"Pod"}"#, #"{"spec":[]}"#, #"{"spec":null}"#,
            "null", "[]",
            #"{"spec":{"containers":{"image":"x"}}}"#,
            #"{"spec":{"containers":[1,null,"x",{"image":1},{"image":""},{}]}}"#,
        ]
    )
    func none(_ object: String) throws { #expect(try created(object).isEmpty) }

    @Test("an update is asked about the images that are new in it")
    func updates() throws {
        let before = #"{"spec":{"containers":[{"image":"app:1"}]}}"#
        let after = #"{"spec":{"containers":[{"image":"app:1"},{"image":"app:2"}]}}"#
        #expect(
            try review(#""uid":"1","operation":"UPDATE","object":\#(after),"oldObject":\#(before)"#).images == ["app:2"]
        )
        #expect(try review(#""uid":"1","operation":"UPDATE","object":\#(before),"oldObject":\#(after)"#).images.isEmpty)
        #expect(try review(#""uid":"1","operation":"UPDATE","object":\#(before)"#).images == ["app:1"])
        #expect(try review(#""uid":"1","operation":"DELETE","oldObject":\#(before)"#).images.isEmpty)
        #expect(try review(#""uid":"1","operation":"CONNECT","object":\#(before)"#).images.isEmpty)
    }

    @Test("more images than are judged are told of")
    func many() throws {
        let containers = (0..<1000).map { #"{"image":"app:\#($0)"}"# }.joined(separator: ",")
        let review = try review(#""uid":"1","operation":"CREATE","object":{"spec":{"containers":[\#(containers)]}}"#)
        #expect(review.images.count == 200)
        #expect(review.hasTooMany)
    }

    @Test("no image hides behind any number of containers")
    func hidden() throws {
        let containers = String(repeating: #"{"image":"good"},"#, count: 20_000) + #"{"image":"bad"}"#
        let volumes = String(repeating: "{},", count: 20_000) + #"{"image":{"reference":"worse"}}"#
        let object = #"{"spec":{"containers":[\#(containers)],"volumes":[\#(volumes)]}}"#
        let review = try review(#""uid":"1","operation":"CREATE","object":\#(object)"#)
        #expect(review.images == ["good", "bad", "worse"])
    }

    @Test(
        "what is no review of v1 is refused",
        arguments: [
            "", "{", "[]", "null", "{}", #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#,
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","request":{"uid":"1"}}"#,
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#,
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}}"#,
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":""}}"#,
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":[]}"#,
            String(repeating: "[", count: 100_000), "{\"request\":\u{0}}",
        ]
    )
    func damaged(_ text: String) {
        #expect(throws: AdmissionReview.Failure.self) { try AdmissionReview(Array(text.utf8)) }
    }

    @Test("the answer repeats the uid and says why, within Kubernetes' bounds")
    func answers() throws {
        let review = try review(#""uid":"705ab4f5-6393","operation":"CREATE""#)
        #expect(
            review.answer(refusal: nil, warnings: []).bytes
                == Array(
                    #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"705ab4f5-6393","allowed":true}}"#
                        .utf8
                )
        )
        let long = String(repeating: "ü\n", count: 5000)
        let answer = review.answer(refusal: long, warnings: Array(repeating: long, count: 100))["response"]
        #expect(answer?["allowed"]?.bool == false)
        #expect(answer?["status"]?["code"]?.int == 403)
        #expect((answer?["status"]?["message"]?.string ?? "").utf8.count <= 4096)
        let warnings = answer?["warnings"]?.array?.compactMap(\.string) ?? []
        #expect(warnings.allSatisfy { $0.utf8.count <= 256 && !$0.contains("\n") })
        #expect(!warnings.isEmpty && warnings.map(\.utf8.count).reduce(0, +) <= 4096)
    }

    @Test("damaged reviews are refused or read, and never end the program")
    func mutations() throws {
        let good = Array(
            #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","operation":"CREATE","object":{"spec":\#(Self.pod)}}}"#
                .utf8
        )
        var random = SeededRandom(seed: 99)
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            let length = Int.random(in: 0...bytes.count, using: &random)
            _ = try? AdmissionReview(Array(bytes.prefix(length)))  // either will do
        }
    }
}
