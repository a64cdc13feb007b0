import CofferCore
import Foundation

/// Grammars that several of the settings share.
enum SettingForms {
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    static func origins(_ text: String) -> [String]? {
        let origins = list(text).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        return origins.allSatisfy { origin(of: $0) == $0 } ? origins : nil
    }

    /// Scheme and authority of a URL; nil when it is no http or https URL.
    static func origin(of text: String) -> String? {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = url.host, !host.isEmpty, url.user == nil
        else { return nil }
        return "\(scheme)://\(host.lowercased())" + (url.port.map { ":\($0)" } ?? "")
    }

    /// A text that is nil when it is not set, and must satisfy a condition when it is.
    static func text(
        _ settings: SettingsGroup,
        _ name: String,
        expectation: String,
        _ isValid: @escaping (String) -> Bool
    ) throws -> String? {
        guard try settings.value(name) != nil else { return nil }
        return try settings.parsed(name, default: "", expectation: expectation) { isValid($0) ? $0 : nil }
    }

    /// Bytes, with B, KB, MB or GB for powers of 1024.
    static func size(
        _ settings: SettingsGroup,
        _ name: String,
        default fallback: Int64,
        atLeast least: Int64
    ) throws -> Int64 {
        try settings.parsed(
            name,
            default: fallback,
            expectation: "a number of bytes from \(least) on, such as 1048576, 512KB, 100MB or 2GB"
        ) { bytes($0).flatMap { $0 >= least ? $0 : nil } }
    }

    private static func bytes(_ text: String) -> Int64? {
        let units: [(name: String, factor: Double)] = [
            ("KB", 1024), ("MB", 1_048_576), ("GB", 1_073_741_824), ("B", 1),
        ]
        let upper = text.uppercased().filter { $0 != " " }
        let unit = units.first { upper.hasSuffix($0.name) } ?? (name: "", factor: 1)
        let number = upper.dropLast(unit.name.count)
        guard !number.isEmpty, number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let value = Double(number), value * unit.factor < 9e15
        else { return nil }
        return Int64(value * unit.factor)
    }
}

/// Values that clients may choose from, and the one they should offer first.
struct OptionList: Equatable, Sendable {
    let values: [Int]
    let choice: Int

    /// - Throws: ``SettingsGroup/Malformed``, also when the choice is none of the values.
    init(
        _ settings: SettingsGroup,
        options: String,
        _ fallback: [Int],
        choice: String,
        _ fallbackChoice: Int,
        atLeast least: Int
    ) throws {
        let values = try settings.parsed(
            options,
            default: fallback,
            expectation: "whole numbers from \(least) on, separated by commas"
        ) { text -> [Int]? in
            let numbers = SettingForms.list(text).map(Int.init)
            guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? -1) >= least && ($0 ?? 0) < 1 << 40 }) else {
                return nil
            }
            return numbers.compactMap(\.self)
        }
        self.values = values
        let chosen = try settings.integer(choice, default: fallbackChoice, in: least...1 << 40)
        guard values.contains(chosen) else {
            throw SettingsGroup.Malformed(
                "\(choice.uppercased()) is \(chosen); it must be one of \(options.uppercased()), which are \(values)."
            )
        }
        self.choice = chosen
    }
}
