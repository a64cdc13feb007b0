package import CofferCore

/// URLs that carry the right to one request: AWS Signature Version 4 in the query, as S3 takes it.
///
/// The signature covers method, path, query, host and time; the body is not covered, and no header besides `host` is.
/// Nothing here does input or output.
/// Source: Amazon S3 API reference, "Authenticating Requests: Using Query Parameters".
package enum PresignedURL {
    /// The seconds for which a URL may be valid.
    package static let validSeconds = 1...604_800
    /// How far the clock of a signer may be ahead of ours, in seconds.
    private static let allowedLead: Int64 = 900

    /// Signs a request.
    ///
    /// `base` is scheme and authority of the URL, such as `https://bucket.s3.amazonaws.com`, without a slash at the end;
    /// `path` begins with a slash. Neither path nor query is encoded yet. `seconds` tells how long the URL is valid; it is
    /// brought into ``validSeconds``.
    package static func sign(
        method: String,
        base: String,
        path: String,
        query: [(name: String, value: String)] = [],
        seconds: Int,
        at now: Timestamp,
        key: SigningKey
    ) -> String {
        let time = SigningTime(now)
        let life = min(max(seconds, validSeconds.lowerBound), validSeconds.upperBound)
        let parameters: [(String, String)] = [
            ("X-Amz-Algorithm", SigningKey.algorithm),
            ("X-Amz-Credential", "\(key.accessKeyID)/\(key.scope(on: time.day))"),
            ("X-Amz-Date", time.text),
            ("X-Amz-Expires", String(life)),
            ("X-Amz-SignedHeaders", "host"),
        ]
        let request = CanonicalRequest(
            method: method,
            path: AWSText.path(path.utf8),
            query: (parameters + query).map { CanonicalRequest.Parameter(plain: $0.0, $0.1) },
            headers: [("host", host(of: base))],
            payload: CanonicalRequest.unsignedPayload
        )
        let signature = key.signature(of: request, at: time)
        return "\(base)\(request.path)?\(request.queryText)&X-Amz-Signature=\(signature)"
    }

    /// The `Host` header that clients send for a URL: lower case, without the port that its scheme implies.
    package static func host(of base: String) -> String {
        let lowered = base.lowercased()
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where lowered.hasPrefix(scheme) {
            let authority = lowered.dropFirst(scheme.count).prefix { $0 != "/" }
            return String(authority.hasSuffix(port) ? authority.dropLast(port.count) : authority)
        }
        return lowered
    }
}

// MARK: Verifying

extension PresignedURL {
    package enum Failure: Error, Equatable {
        /// Not a signed request, or one in another form than ``sign(method:base:path:query:seconds:at:key:)`` makes.
        case malformed
        /// Signed with another access key, or for another region or service.
        case wrongKey
        /// The signature is not that of this request.
        case wrongSignature
        /// Signed by a clock far ahead of ours.
        case notYetValid
        case expired
    }

    /// What a good signature vouches for.
    package struct Verified: Equatable, Sendable {
        package struct Parameter: Equatable, Sendable {
            package let name: String
            package let value: String
        }

        /// The path in its one spelling: what ``sign(method:base:path:query:seconds:at:key:)`` makes of a plain path.
        package let path: String
        /// Parameters that do not belong to the signature, decoded, in the order of the query.
        package let query: [Parameter]
        package let signedAt: Timestamp
        /// The first moment at which the URL is not valid any more.
        package let expiresAt: Timestamp
    }

    /// Checks a request.
    ///
    /// `target` is path and query exactly as received, nothing decoded; `host` is the `Host` header.
    ///
    /// - Throws: the first of ``Failure`` in this order: malformed, wrongKey, wrongSignature, notYetValid, expired.
    package static func verify(
        method: String,
        target: String,
        host: String,
        at now: Timestamp,
        key: SigningKey
    ) throws(Failure) -> Verified {
        let (path, query) = try parse(target)
        let claims = try Claims(query)
        guard claims.accessKeyID == key.accessKeyID, claims.scope == key.scope(on: claims.time.day) else {
            throw .wrongKey
        }
        let request = CanonicalRequest(
            method: method,
            path: path,
            query: query.filter { $0.name != Claims.signatureName }.map { .init(plain: $0.name, $0.value) },
            headers: [("host", host.lowercased())],
            payload: CanonicalRequest.unsignedPayload
        )
        let expected = key.signature(of: request, at: claims.time)
        guard constantTimeEqual(Array(expected.utf8), Array(claims.signature.utf8)) else { throw .wrongSignature }
        guard claims.time.seconds <= now.seconds + allowedLead else { throw .notYetValid }
        let end = Timestamp(milliseconds: (claims.time.seconds + claims.life) * 1000)
        guard now < end else { throw .expired }
        return Verified(
            path: path,
            query: query.filter { !Claims.names.contains($0.name) },
            signedAt: Timestamp(milliseconds: claims.time.seconds * 1000),
            expiresAt: end
        )
    }

    /// Splits a request target and decodes its query.
    private static func parse(_ target: String) throws(Failure) -> (path: String, query: [Verified.Parameter]) {
        let halves = Array(target.utf8).split(
            separator: UInt8(ascii: "?"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard halves.count == 2, halves[0].first == UInt8(ascii: "/"), let path = AWSText.canonicalPath(halves[0])
        else { throw .malformed }
        var query: [Verified.Parameter] = []
        for pair in halves[1].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            // A plus sign is a plus sign: nobody who signs writes a blank as one.
            guard let name = text(sides[0]), let value = text(sides.count == 2 ? sides[1] : []) else {
                throw .malformed
            }
            query.append(.init(name: name, value: value))
        }
        return (path, query)
    }

    /// Decodes half a parameter; nil unless it is UTF-8, so that it is spelt as before when it is encoded again.
    private static func text(_ encoded: ArraySlice<UInt8>) -> String? {
        guard let bytes = AWSText.decode(encoded) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The parameters of the signature itself.
    private struct Claims {
        static let signatureName = "X-Amz-Signature"
        static let names: Set<String> = [
            "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", signatureName,
        ]

        let accessKeyID: String
        let scope: String
        let time: SigningTime
        /// Seconds.
        let life: Int64
        let signature: String

        init(_ query: [Verified.Parameter]) throws(Failure) {
            var values: [String: String] = [:]
            for parameter in query where Self.names.contains(parameter.name) {
                guard values.updateValue(parameter.value, forKey: parameter.name) == nil else { throw .malformed }
            }
            guard values["X-Amz-Algorithm"] == SigningKey.algorithm, values["X-Amz-SignedHeaders"] == "host",
                let time = values["X-Amz-Date"].flatMap(SigningTime.init),
                let life = values["X-Amz-Expires"].flatMap(Self.life),
                let credential = values["X-Amz-Credential"]?.split(separator: "/", omittingEmptySubsequences: false),
                credential.count >= 5, credential[credential.count - 4] == time.day,
                let signature = values[Self.signatureName], signature.utf8.count == 64
            else { throw .malformed }
            // An access key may contain slashes; what follows it may not.
            accessKeyID = credential.dropLast(4).joined(separator: "/")
            scope = credential.suffix(4).joined(separator: "/")
            self.time = time
            self.life = life
            self.signature = signature
        }

        private static func life(_ text: String) -> Int64? {
            guard text.utf8.count <= 6, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
                let seconds = Int(text), validSeconds.contains(seconds)
            else { return nil }
            return Int64(seconds)
        }
    }
}
