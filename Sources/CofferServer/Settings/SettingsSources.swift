package import CofferCore
import Configuration
import Foundation
import Synchronization
import SystemPackage

/// Where settings come from, first wins: flags, environment (`COFFER_…`), the JSON file; then the defaults.
///
/// The environment name of a setting is its path in upper case: `port` is `COFFER_PORT`, `upload_rate_limit` of
/// `ravenzero` is `COFFER_RAVENZERO_UPLOAD_RATE_LIMIT`. In the file a dialect's settings stand in an object of its name.
package final class SettingsSources: Sendable {
    private let flags: [String: String]
    private let environment: [String: String]
    private let environmentProvider: EnvironmentVariablesProvider
    private let file: FileProvider<JSONSnapshot>?
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
        guard let parsed = try? JSONSerialization.jsonObject(with: data), let object = parsed as? [String: Any] else {
            throw SettingsGroup.Malformed("The configuration file \(filePath) is not a JSON object.")
        }
        do {
            file = try await FileProvider<JSONSnapshot>(filePath: FilePath(filePath))
        } catch {
            throw SettingsGroup.Malformed("The configuration file \(filePath) cannot be used: \(error)")
        }
        fileKeys = object.flatMap { name, value in
            (value as? [String: Any]).map { $0.keys.map { "\(name).\($0)" } } ?? [name]
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
            name.hasPrefix("COFFER_")
                && !asked.contains { Self.variable($0.split(separator: ".").map(String.init)) == name }
        }
        return variables.sorted() + fileKeys.filter { !asked.contains($0) }.map { "\($0) in \(filePath)" }
    }

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
        if let text = try environmentProvider.value(forKey: .init(["coffer"] + path), type: .string).value {
            return .init(text: Self.text(text.content), origin: variable)
        }
        return try fileValue(path)
    }

    /// The file keeps types; a setting may be written as a number, a flag, a text or a list.
    private func fileValue(_ path: [String]) throws -> SettingsGroup.Value? {
        guard let file else { return nil }
        let key = AbsoluteConfigKey(path)
        let origin = "“\(path.joined(separator: "."))” in \(filePath)"
        for type in [ConfigType.string, .int, .double, .bool, .stringArray] {
            guard let found = try? file.value(forKey: key, type: type) else { continue }
            return found.value.map { .init(text: Self.text($0.content), origin: origin) }
        }
        throw SettingsGroup.Malformed("\(origin) has a type that no setting has.")
    }

    private static func text(_ content: ConfigContent) -> String {
        switch content {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        case .stringArray(let texts): (try? String(decoding: JSONEncoder().encode(texts), as: UTF8.self)) ?? ""
        default: ""
        }
    }
}
