import CofferCore
import CofferHTTP
import NIOCore

/// The identity provider: where it is, what it signs with, and the exchange of a code for claims.
///
/// Source: OpenID Connect Discovery 1.0 and Core 1.0; SkySend contract, section 11.
actor OIDCProvider {
    /// What of the discovery document is used.
    struct Endpoints: Sendable {
        let issuer: String
        let authorization: String
        let token: String
        let keys: String
        let endSession: String?
    }

    enum Failure: Error, CustomStringConvertible {
        /// The provider does not answer, or not as one.
        case unreachable(String)
        /// It answered, and the login is not to be.
        case refused(String)
        /// A token answer without an ID token.
        case noClaims

        var description: String {
            switch self {
            case .unreachable(let reason): "provider unreachable: \(reason)"
            case .refused(let reason): "login refused: \(reason)"
            case .noClaims: "no ID token in the answer"
            }
        }
    }

    private static let clockSkewSeconds: Int64 = 60

    private let settings: OIDCSettings
    private let http = OutboundHTTP()
    private let clock: any WallClock
    private var known: Endpoints?
    private var keys: KeySet?

    init(_ settings: OIDCSettings, clock: any WallClock) {
        self.settings = settings
        self.clock = clock
    }

    /// The endpoints if discovery has succeeded before.
    var cachedEndpoints: Endpoints? { known }

    /// The endpoints, discovered at the first call that succeeds.
    ///
    /// - Throws: ``Failure/unreachable(_:)``.
    func endpoints() async throws -> Endpoints {
        if let known { return known }
        let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
        let document = try await fetch("\(base)/.well-known/openid-configuration")
        guard case .string(let issuer)? = document["issuer"], issuer == settings.issuer || issuer == base,
            case .string(let authorization)? = document["authorization_endpoint"],
            case .string(let token)? = document["token_endpoint"],
            case .string(let keys)? = document["jwks_uri"],
            [authorization, token, keys].allSatisfy({ SettingForms.origin(of: $0) != nil })
        else { throw Failure.unreachable("the discovery document is not that of the issuer") }
        var endSession: String?
        if case .string(let url)? = document["end_session_endpoint"], SettingForms.origin(of: url) != nil {
            endSession = url
        }
        let endpoints = Endpoints(
            issuer: issuer,
            authorization: authorization,
            token: token,
            keys: keys,
            endSession: endSession
        )
        known = endpoints
        return endpoints
    }

    private func fetch(_ url: String) async throws -> JSONValue {
        let answer: OutboundHTTP.Answer
        do {
            answer = try await http.getJSON(url)
        } catch {
            throw Failure.unreachable("\(error)")
        }
        guard answer.status == 200, let body = answer.body, case .object = body else {
            throw Failure.unreachable("status \(answer.status)")
        }
        return body
    }

    /// Trades a code for the claims of the ID token, whose signature and claims are checked.
    ///
    /// - Throws: ``Failure``.
    func claims(code: String, verifier: String, nonce: String, redirectURI: String) async throws -> JSONValue {
        let endpoints = try await endpoints()
        let fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
            ("code_verifier", verifier), ("client_id", settings.clientID), ("client_secret", settings.clientSecret),
        ]
        let answer: OutboundHTTP.Answer
        do {
            answer = try await http.postForm(endpoints.token, fields)
        } catch {
            throw Failure.refused("the token endpoint does not answer")
        }
        guard answer.status == 200, let body = answer.body, case .object = body else {
            throw Failure.refused("the token endpoint answered \(answer.status)")
        }
        guard case .string(let token)? = body["id_token"] else { throw Failure.noClaims }
        let claims = try await verified(token, endpoints)
        try judge(claims, nonce: nonce, issuer: endpoints.issuer)
        return claims
    }

    /// Checks the signature, with fresh keys when the ones at hand do not fit: providers change theirs.
    private func verified(_ token: String, _ endpoints: Endpoints) async throws -> JSONValue {
        if let keys {
            do {
                return try await keys.claims(of: token)
            } catch let failure as KeySet.Unverified where !failure.isKeyUnknown {
                throw Failure.refused("the ID token's signature is wrong")
            } catch {}
        }
        do {
            let fresh = try await KeySet(try await fetch(endpoints.keys))
            keys = fresh
            return try await fresh.claims(of: token)
        } catch is KeySet.Unverified {
            throw Failure.refused("the ID token's signature is wrong")
        } catch {
            throw Failure.refused("the provider's keys cannot be had")
        }
    }

    /// OpenID Connect Core 1.0, section 3.1.3.7.
    private func judge(_ claims: JSONValue, nonce: String, issuer: String) throws {
        guard claims["iss"] == .string(issuer) else { throw Failure.refused("another issuer") }
        let client = JSONValue.string(settings.clientID)
        switch claims["aud"] {
        case client: break
        case .array(let audience)? where audience.contains(client):
            guard audience.count == 1 || claims["azp"] == client else { throw Failure.refused("another audience") }
        default: throw Failure.refused("another audience")
        }
        guard claims["azp"] == nil || claims["azp"] == client else { throw Failure.refused("another party") }
        let now = clock.now.seconds
        guard case .integer(let end)? = claims["exp"], end + Self.clockSkewSeconds > now else {
            throw Failure.refused("the ID token has expired")
        }
        guard case .integer(let issuedAt)? = claims["iat"], issuedAt - Self.clockSkewSeconds <= now else {
            throw Failure.refused("the ID token is not valid yet")
        }
        guard case .string(let own)? = claims["nonce"], constantTimeEqual(Array(own.utf8), Array(nonce.utf8)) else {
            throw Failure.refused("another nonce")
        }
        guard case .string(let subject)? = claims["sub"], !subject.isEmpty else { throw Failure.refused("no subject") }
    }
}
