// swift-tools-version:6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "coffer",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "coffer", targets: ["coffer"])
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMagic", providers: [.apt(["libmagic-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(
            name: "CofferCore",
            dependencies: [
                "CLinux", "CMagic", "CSodium", crypto, logging, nioCore, nioPosix, serviceLifecycle,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CofferHTTP",
            dependencies: [
                "CofferCore", crypto, httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioPosix,
                serviceLifecycle,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "DialectRavenZero",
            dependencies: ["CofferCore", "CofferHTTP", httpTypes, hummingbird, logging, nioCore],
            resources: [.copy("Resources/eff_large_wordlist.txt"), .copy("Resources/NOTICE")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "DialectHushfile",
            dependencies: ["CofferCore", "CofferHTTP", httpTypes, hummingbird, logging, nioCore],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "DialectSkySend",
            dependencies: [
                "CofferCore", "CofferHTTP", crypto, httpTypes, hummingbird, logging, nioCore, serviceLifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "DialectHashdrop",
            dependencies: [
                "CofferCore", "CofferHTTP", crypto, httpTypes, hummingbird, logging, nioCore, serviceLifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "DialectHeaper",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferMedia", "Yjs", crypto, httpTypes, hummingbird, logging, nioCore,
                nioPosix, serviceLifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CofferMedia",
            dependencies: [
                nioCore, nioPosix, serviceLifecycle,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Yjs",
            exclude: ["README.md"],
            swiftSettings: swiftSettings,
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]
        ),
        .target(name: "SkySendCrypto", dependencies: ["CSodium", crypto], swiftSettings: swiftSettings),
        .target(
            name: "CofferServer",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferMedia", "DialectHashdrop", "DialectHeaper", "DialectHushfile",
                "DialectRavenZero",
                "DialectSkySend", httpTypes, hummingbird, logging, nioCore, nioPosix, serviceLifecycle,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CofferCLI",
            dependencies: [
                "CofferServer", "CofferCore", "CofferHTTP", logging, serviceLifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(name: "coffer", dependencies: ["CofferCLI"], swiftSettings: swiftSettings),
        .target(
            name: "CofferTesting",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferServer", crypto, logging, nioCore, nioPosix, serviceLifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CofferCoreTests",
            dependencies: [
                "CofferCore", "CofferTesting", crypto, logging, nioCore, nioPosix,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CofferHTTPTests",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferTesting", crypto, httpTypes, hummingbird, logging, nioCore,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CofferServerTests",
            dependencies: ["CofferCore", "CofferHTTP", "CofferServer", "CofferTesting", logging, nioCore],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferServer", "CofferTesting", "SkySendCrypto", "Yjs", crypto, nioCore,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "DialectHashdropTests",
            dependencies: ["CofferCore", "CofferHTTP", "CofferTesting", "DialectHashdrop", nioCore],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "DialectHeaperTests",
            dependencies: [
                "CofferCore", "CofferHTTP", "CofferMedia", "CofferTesting", "DialectHeaper", "Yjs", httpTypes, logging,
                nioCore, nioPosix,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CofferMediaTests",
            dependencies: ["CofferMedia", "CofferTesting", nioCore, nioPosix],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "YjsTests",
            dependencies: ["Yjs"],
            resources: [.copy("Fixtures/yjs-vectors.json")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "YjsBridge",
            dependencies: ["Yjs"],
            path: "Tests/YjsBridge",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "SkySendCryptoTests",
            dependencies: ["SkySendCrypto"],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)
