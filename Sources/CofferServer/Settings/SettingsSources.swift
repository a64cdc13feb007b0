package import CofferCore
import CofferHTTP
import Configuration
import Foundation
import NIOCore
import Synchronization

/// Where settings come from, first wins: flags, environment (`COFFER_…`), the JSON file; then the defaults.
///
/// The environment name of a setting is its path in upper case: `port` is `COFFER_PORT`, `upload_rate_limit` of
/// `ravenzero` is `COFFER_RAVENZERO_UPLOAD_RATE_LIMIT`. In the file a dialect's settings stand in an object of its name.
package final class SettingsSources: Sendable {
    private let flags: [String: String]
    private let environment: [String: String]
    private let environmentProvider: EnvironmentVariablesProvider
    /// Parsed here: the configuration library's JSON provider takes `true` for the number 1.
    private let file: JSONValue?
    private let filePath: String
    private let fileKeys: [String]
    private let asked = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - flags: settings given on the command line, by name (`port`, `log_level`, …).
    ///   - environment: the process's environment.
    /// - Throws: ``SettingsGroup/Malformed`` when the file named by the flag `config` or by `COFFER_CONFIG` is no JSON object.
    package init(flags: [String: String], environment: [String: String]) async throws {
        self.flags = flags
        self.environment = environment
        environmentProvider = EnvironmentVariablesProvider(environmentVariables: environment)
        filePath = flags["config"] ?? environment["COFFER_CONFIG"] ?? ""
        asked.withLock { _ = $0.insert("config") }
        guard !filePath.isEmpty else {
            file = nil
            fileKeys = []
            return
        }
        guard let data = FileManager.default.contents(atPath: filePath) else {
            throw SettingsGroup.Malformed("The configuration file \(filePath) cannot be read.")
        }
        guard let parsed = JSONValue(parsing: ByteBuffer(bytes: data)), case .object(let members) = parsed else {
            throw SettingsGroup.Malformed("The configuration file \(filePath) is not a JSON object.")
        }
        file = parsed
        fileKeys = members.flatMap { member in
            guard case .object(let inner) = member.value else { return [member.name] }
            return inner.map { "\(member.name).\($0.name)" }
        }.sorted()
    }

    /// The settings of one dialect, or those of the server itself.
    package func group(_ dialect: String? = nil) -> SettingsGroup {
        SettingsGroup { try self.value(dialect.map { [$0] } ?? [], $0) }
    }

    /// Names that are set somewhere and that no part of the server has asked for: most likely misspelt.
    package var unknownNames: [String] {
        let asked = asked.withLock { $0 }
        let variables = environment.keys.filter { name in
            name.hasPrefix("COFFER_") && !Self.ofTheProject.contains(name)
                && !asked.contains { Self.variable($0.split(separator: ".").map(String.init)) == name }
        }
        return variables.sorted() + fileKeys.filter { !asked.contains($0) }.map { "\($0) in \(filePath)" }
    }

    /// Variables of the project's own scripts and tests.
    private static let ofTheProject: Set<String> = [
        "COFFER_BIN", "COFFER_SOAK", "COFFER_SOAK_SECONDS", "COFFER_TEST_S3",
    ]

    private static func variable(_ path: [String]) -> String {
        "COFFER_" + path.joined(separator: "_").uppercased()
    }

    private func value(_ group: [String], _ name: String) throws -> SettingsGroup.Value? {
        let path = group + [name]
        asked.withLock { _ = $0.insert(path.joined(separator: ".")) }
        if group.isEmpty, let text = flags[name] {
            return .init(text: text, origin: "--\(name.replacing("_", with: "-"))")
        }
        let variable = Self.variable(path)
        let found = try environmentProvider.value(forKey: .init(["coffer"] + path), type: .string)
        if case .string(let text)? = found.value?.content { return .init(text: text, origin: variable) }
        return try fileValue(path)
    }

    /// The file keeps types; a setting may be written as a number, a flag, a text or a list of texts.
    private func fileValue(_ path: [String]) throws -> SettingsGroup.Value? {
        guard let found = path.reduce(file, { $0?[$1] }), found != .null else { return nil }
        let origin = "“\(path.joined(separator: "."))” in \(filePath)"
        switch found {
        case .string(let text): return .init(text: text, origin: origin)
        case .integer(let number): return .init(text: String(number), origin: origin)
        case .double(let number): return .init(text: String(number), origin: origin)
        case .bool(let flag): return .init(text: String(flag), origin: origin)
        case .array: return .init(text: String(buffer: found.encoded), origin: origin)
        case .object, .null: throw SettingsGroup.Malformed("\(origin) has a type that no setting has.")
        }
    }
}
