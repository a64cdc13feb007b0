import CofferCore
import Testing

@testable import CofferHTTP

@Suite("AWS Signature Version 4")
struct SigningKeyTests {
    private static let emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    struct Example: Sendable {
        let name: String
        var method = "GET"
        var path = "/"
        var query: [(String, String)] = []
        var headers: [(String, String)] = []
        let signature: String
    }

    /// Cases of AWS's "Signature Version 4 test suite", without those whose paths are folded: S3 folds none.
    static let suite = [
        Example(
            name: "get-vanilla",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Example(
            name: "post-vanilla",
            method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        Example(
            name: "get-vanilla-query-order-key-case",
            query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        Example(
            name: "get-vanilla-query-unreserved",
            query: [
                (
                    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                )
            ],
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
        Example(
            name: "get-vanilla-utf8-query",
            query: [("ሴ", "bar")],
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        Example(
            name: "get-unreserved",
            path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        Example(
            name: "get-utf8",
            path: "/ሴ",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        Example(
            name: "get-header-value-trim",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        Example(
            name: "post-header-key-sort",
            method: "POST",
            headers: [("My-Header1", "value1")],
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
    ]

    @Test("examples of the test suite", arguments: suite)
    func suiteExample(_ example: Example) throws {
        let key = SigningKey(
            accessKeyID: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service"
        )
        let time = try #require(SigningTime("20150830T123600Z"))
        let request = CanonicalRequest(
            method: example.method,
            path: AWSText.path(example.path.utf8),
            query: example.query.map { .init(plain: $0.0, $0.1) },
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", time.text)] + example.headers,
            payload: Self.emptyBody
        )
        #expect(key.signature(of: request, at: time) == example.signature, "\(example.name)")
    }

    /// The four examples of "Authenticating Requests: Using the Authorization Header" in the S3 reference.
    static let reference = [
        Example(
            name: "GET Object",
            path: "/test.txt",
            headers: [("Range", "bytes=0-9"), ("x-amz-content-sha256", emptyBody)],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        Example(
            name: "PUT Object",
            method: "PUT",
            path: "/test$file.text",
            headers: [
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
            ],
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        Example(
            name: "GET Bucket Lifecycle",
            query: [("lifecycle", "")],
            headers: [("x-amz-content-sha256", emptyBody)],
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        Example(
            name: "Get Bucket (List Objects)",
            query: [("prefix", "J"), ("max-keys", "2")],
            headers: [("x-amz-content-sha256", emptyBody)],
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test("examples of the S3 reference", arguments: reference)
    func referenceExample(_ example: Example) throws {
        let time = try #require(SigningTime("20130524T000000Z"))
        let payload = example.headers.first { $0.0 == "x-amz-content-sha256" }?.1
        let request = CanonicalRequest(
            method: example.method,
            path: AWSText.path(example.path.utf8),
            query: example.query.map { .init(plain: $0.0, $0.1) },
            headers: [("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", time.text)] + example.headers,
            payload: try #require(payload)
        )
        #expect(PresignedURLTests.key.signature(of: request, at: time) == example.signature, "\(example.name)")
    }

    @Test func secretIsNeverPrinted() {
        let key = PresignedURLTests.key
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(!text.contains("wJalr"))
            #expect(text.contains("AKIAIOSFODNN7EXAMPLE"))
        }
    }

    @Test(
        "times in their one form",
        arguments: [
            ("19700101T000000Z", Int64(0)), ("20150830T123600Z", 1_440_938_160), ("20240229T235959Z", 1_709_251_199),
            ("20000301T000000Z", 951_868_800), ("21000228T120000Z", 4_107_499_200),
        ]
    )
    func timeIsReadAndWritten(_ text: String, _ seconds: Int64) {
        #expect(SigningTime(text)?.seconds == seconds)
        #expect(SigningTime(Timestamp(milliseconds: seconds * 1000 + 999)).text == text)
    }

    @Test(
        "texts that are no time",
        arguments: [
            "", "20150830T123600", "20150830T123600z", "20150830t123600Z", "2015-08-30T12:36:00Z", "20150830T123600Z ",
            "20150230T000000Z", "20230229T000000Z", "20150830T240000Z", "20150830T126000Z", "20150830T123660Z",
            "20151330T000000Z", "20150030T000000Z", "20150800T000000Z", "+0150830T123600Z", "2015083０T12360Z",
        ]
    )
    func textIsNoTime(_ text: String) {
        #expect(SigningTime(text) == nil)
    }
}
