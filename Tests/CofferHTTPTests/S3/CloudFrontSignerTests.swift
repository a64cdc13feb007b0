import CofferCore
import Testing

@testable import CofferHTTP

@Suite("CloudFront URLs")
struct CloudFrontSignerTests {
    private let now = Timestamp(milliseconds: 1_699_999_880_000)

    private func signer(_ base: String = "https://d111.cloudfront.net") throws -> CloudFrontSigner {
        try CloudFrontSigner(base: base, keyID: "K2JCJMDEHXQW5F", privateKey: Self.privateKey)
    }

    /// What `openssl dgst -sha1 -sign` makes of the canned policy.
    private static let signature =
        "dsqpDHXY~FZ1HeCrgBpMMVpDyd-EodpIskWBHYiP83wGDH5tKK4~3UpqDZNgRIVrEX3CCNvJG8swbkWTSTGXAKHDj6"
        + "K5ZjU5~LSxMiGy2MlxGKD8Y0gmUI-uSc3UoLf~vrmqfGjMD9RkIqk1HQYFTVn-5XQp7V1UDT6RbCP2SfziDBV5T-yf"
        + "ByTOZJUBqTrZkSJsYK7Xok8tUE0WADwImIBs8ly7MSzJqzNj5t29LYyUW3FuTQ7-uWbxOoLNMn-TK3Egrr0zHibhYG"
        + "HXCs-3Josdxfj~7cj-UMj6NfeqdfIRM2-h-FjAyIi4B8dT5zj8tDfP8sQDtf6aTFJLdZ3aPA__"

    @Test func urlCarriesTheSignatureThatOpenSSLMakes() throws {
        let url = try signer().url(for: "usrh-0a/b", seconds: 120, at: now)
        let query = "Expires=1700000000&Signature=\(Self.signature)&Key-Pair-Id=K2JCJMDEHXQW5F"
        #expect(url == "https://d111.cloudfront.net/usrh-0a/b?\(query)")
    }

    @Test func keyIsEncodedInThePath() throws {
        let url = try signer("https://cdn.example.org/files").url(for: "a b/\"é", seconds: 120, at: now)
        #expect(url.hasPrefix("https://cdn.example.org/files/a%20b/%22%C3%A9?Expires=1700000000&"))
    }

    @Test func urlIsHandedOutAgainForHalfOfItsLife() throws {
        let signer = try signer()
        let later = { (seconds: Int64) in Timestamp(milliseconds: now.milliseconds + seconds * 1000) }
        let first = try signer.url(for: "a", seconds: 120, at: now)
        #expect(try signer.url(for: "a", seconds: 120, at: later(59)) == first)
        #expect(try signer.url(for: "a", seconds: 120, at: later(60)).contains("Expires=1700000060&"))
        #expect(try signer.url(for: "b", seconds: 120, at: later(1)).contains("Expires=1700000001&"))
        #expect(try signer.url(for: "a", seconds: 600, at: now).contains("Expires=1700000480&"))
    }

    @Test("texts that are no key", arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
    func textIsNoKey(_ text: String) {
        #expect(throws: CloudFrontSigner.BadKey.self) {
            try CloudFrontSigner(base: "https://a", keyID: "K", privateKey: text)
        }
    }

    /// Made for this test; it opens nothing.
    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCPMQTbnWPLSPec
        eNH6y52OUHIK1z7VYPM95EZ061Mrk3c8KeUUEvBf21ep2MkY9rEzF/v0xrPhhdzj
        j/dPB3peIvftOeieJYu58q380B6oC2TukmcUwZ2zYCjOdBTa3+VjqCV4N3mRfOyC
        EQgUVI52wn5qwt8vcayXigaKaJPmfiIHLI7c6ZCyUK108z8B6CCXgyIDg4Yk8o7A
        tGHIor3MhIjQzX+xukdnckM+CUwN2zWWqjCwvSmg5lEvAZFb/vFea3AAkg3ItHm9
        a4E6/Vkfec+MIzsA3Dls+WLyeZDPkz/axupF+0947Rtlb38Mzncd6odVe7Vo+0ol
        UWfPTLhNAgMBAAECggEAIHk6s46cXvIfm5gH8ONkCi4iyuQZPx2DVIY0V1g2DrQd
        DqMmrViFNIwDM8TzCEsMET0PeinlChCIcYBJEx5sSTSPeviO0WzM5SENBcByL2SU
        IYnIwFuPhupYHsgTIbc0p9bulnaoRo8o+O9hYHDztSmzL0WeBX23aU+XX6TLY/Jg
        pUQSBsjxj9+WjY/gWuI0Jdz4SNp6A7MrsZtUIXWD/CBYBfXNB/rhSegLofI1Ml7h
        u8lyVIj/XSVCJrLhFigBCW9oSLcaoR+Z+ivlra7eaxAAW3jOHdZdOvc2kUEEWuvi
        iR4feR9ORftS97kKk0uumIQFPtkJr+1P208RIwVG6QKBgQDFk6N6sX1QUVr94yMm
        Fwnx4ZRpygPxPKsVB/K3e4ghdLYhnAPUvLdHUQW/wJfHY6E+Bbh9ed/7uNmCaXSD
        EnX5C7HH0qtTk63no3AFGEd00Eg4w47KZvszoonn0DmNo57sxipw7nku6MZt/U4m
        TII5d9E8KK3RLdm9El2mZJXV2QKBgQC5iHjeuaccBGTW7/dcii2vUZ7h8eAXbgf0
        RrW98MVO+TNbN5ktZVvJbP3Z8W0AxM1YP1Y104WMXKOVdoVu92mXuedjTlLWklNX
        g0N41fQ81axvEbGuSqo319ZA2gthusy7IdzRZ8EtrcDtBhbt8j+BXe+Lz7TeTViC
        Qmkgf2OplQKBgDirAM+XCrc3rl51gEZTg1Gx/qxc+cZ+PR+aGP6RWtklrXt0URD6
        U6ML1RdLeP0CUWQFpgWvKBP9z7z83CMf72BP/1ytyt/80ntGwEFl1lDl0GEfjdv1
        r4T+0IkBixBZ5qJIsDGV5IIU150CcyC+/vbWq9eSX1BI01PMabnozaT5AoGAFY1Z
        5R2R4PpNsH4tsO1IQ05q83pCetZITEMOh6L5eKQQKC98Nr7Ie8ySbIfUDrvN0suA
        uz34DIcSZaFf/LT26i4pR+roSo6y6b6Qzu+jsJFtt3VJu6JmxZfoBp6NpeuqLq7P
        VPAFi8XcXGxRq5BxehisZARb0VsQxgjq52CE9kUCgYBvX4nu1Bl9O6wDvSKKbZEY
        uPE/0F7OPwh8rMTd1uXDzhVa6Om7AoXPjlV8m/56S3oa/ByPMCrgdEwlS7rt5GB+
        AxJRraZKzvozoMFXRJEDgRuPbrhSaMpPioVE+EDNZrFSzORYosE5QoVCjoGh3WAL
        RJVFblLNte9gJUX/OSHRfQ==
        -----END PRIVATE KEY-----
        """
}
