import CofferCore
import Foundation
import JWTKit
import NIOCore

/// The public keys of an issuer (JSON Web Key Set, RFC 7517), to check the tokens it signed.
package struct KeySet: Sendable {
    /// A token whose signature none of the keys made.
    package struct Unverified: Error {
        /// The token names a key that is not in this set: the issuer may have changed its keys.
        package let isKeyUnknown: Bool
    }

    private static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]
    private let keys: JWTKeyCollection
    private let names: Set<String>

    /// Keys without a name get one; keys that cannot be used are left out.
    ///
    /// - Throws: when none is left.
    package init(_ document: JSONValue) async throws {
        guard case .array(let entries)? = document["keys"] else { throw Unverified(isKeyUnknown: true) }
        let collection = JWTKeyCollection()
        var names: Set<String> = []
        for (index, entry) in entries.enumerated() {
            guard entry["use"] == nil || entry["use"] == "sig", entry["kty"] != "oct",
                case .object(var members) = entry
            else { continue }
            var name = "unnamed-\(index)"
            if case .string(let own)? = entry["kid"] { name = own }
            members = members.filter { $0.name != "kid" } + [.init("kid", .string(name))]
            let json = Data(JSONValue.object(members).encoded.readableBytesView)
            guard let key = try? JSONDecoder().decode(JWK.self, from: json),
                (try? await collection.add(jwk: key)) != nil
            else { continue }
            names.insert(name)
        }
        guard !names.isEmpty else { throw Unverified(isKeyUnknown: true) }
        keys = collection
        self.names = names
    }

    /// The claims of a token that one of the keys signed with an asymmetric algorithm; their meaning is not judged.
    ///
    /// - Throws: ``Unverified``.
    package func claims(of token: String) async throws -> JSONValue {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64.decodeURL(parts[0]), let body = Base64.decodeURL(parts[1]),
            let header = JSONValue(parsing: ByteBuffer(bytes: head)),
            let claims = JSONValue(parsing: ByteBuffer(bytes: body)),
            case .string(let algorithm)? = header["alg"], Self.algorithms.contains(algorithm)
        else { throw Unverified(isKeyUnknown: false) }
        var isNamed = false
        if case .string(let name)? = header["kid"] {
            guard names.contains(name) else { throw Unverified(isKeyUnknown: true) }
            isNamed = true
        }
        do {
            _ = try await keys.verify(token, as: AnyClaims.self, iteratingKeys: !isNamed)
        } catch {
            throw Unverified(isKeyUnknown: !isNamed)
        }
        return claims
    }
}
