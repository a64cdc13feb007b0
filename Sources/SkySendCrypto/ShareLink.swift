/// The address of an upload or note, with the secret in its fragment: `<site>/file/<id>#<secret>`.
///
/// A browser does not send the fragment, so the server never sees the secret.
package struct ShareLink: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case file
        case note
    }

    package enum Failure: Error, Equatable {
        /// No `http` or `https` address of a file or note.
        case notALink
        /// The id is no lower-case UUID.
        case malformedID
        /// The fragment is missing; some programs cut it when they pass a link on.
        case missingSecret
        /// The fragment is not 32 bytes in base64url.
        case malformedSecret
    }

    /// Scheme, host, port and a path if the site has one, without a slash at the end, such as `https://drop.example.org`.
    package let site: String
    package let kind: Kind
    package let id: String
    package let secret: LinkSecret

    package init(site: String, kind: Kind, id: String, secret: LinkSecret) {
        var site = site[...]
        while site.last == "/" { site.removeLast() }
        self.site = String(site)
        self.kind = kind
        self.id = id
        self.secret = secret
    }

    /// Reads a link; `/d/<id>` is the old form of `/file/<id>`.
    package init(parsing text: String) throws(Failure) {
        let address = text.prefix { $0 != "#" && $0 != "?" }
        let fragment = text.drop { $0 != "#" }.dropFirst()
        let parts = address.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // "https:", "", host, the path of the site if it has one, kind, id.
        guard parts.count >= 5, ["http:", "https:"].contains(parts[0].lowercased()), parts[1].isEmpty,
            !parts[2].isEmpty, let kind = Self.kind(inPath: parts[parts.count - 2])
        else { throw .notALink }
        let id = parts[parts.count - 1]
        guard Self.isID(id) else { throw .malformedID }
        guard !fragment.isEmpty else { throw .missingSecret }
        guard let secret = LinkSecret(text: fragment) else { throw .malformedSecret }
        self.init(site: parts.dropLast(2).joined(separator: "/"), kind: kind, id: id, secret: secret)
    }

    package var description: String {
        "\(site)/\(kind.rawValue)/\(id)#\(secret.text)"
    }

    private static func kind(inPath name: String) -> Kind? {
        name == "d" ? .file : Kind(rawValue: name)
    }

    /// Lower-case hexadecimal in groups of 8, 4, 4, 4 and 12.
    private static func isID(_ text: String) -> Bool {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
