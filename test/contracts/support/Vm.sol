// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheatcodes that these tests use, of those that Hardhat's test runner knows.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function etch(address target, bytes calldata code) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function getCode(string calldata artifact) external view returns (bytes memory);
    function getRecordedLogs() external returns (Log[] memory);
    function load(address target, bytes32 slot) external view returns (bytes32);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
    function recordLogs() external;
    function sign(uint256 privateKey, bytes32 hash) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function signP256(uint256 privateKey, bytes32 hash) external pure returns (bytes32 r, bytes32 s);
    function store(address target, bytes32 slot, bytes32 value) external;
    function toString(uint256 value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function warp(uint256 time) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256('hevm cheat code')))));

/// @notice Deploys a contract by its name. With `new`, its code would be compiled again into each test that does.
function deployed(string memory name, bytes memory arguments) returns (address contract_) {
    bytes memory code = abi.encodePacked(vm.getCode(name), arguments);
    assembly ('memory-safe') {
        contract_ := create(0, add(code, 32), mload(code))
    }
    require(contract_ != address(0), name);
}

/// @notice Checks that end a test with what was wrong.
abstract contract Test {
    error Different(string what, uint256 actual, uint256 expected);
    error DifferentWords(string what, bytes32 actual, bytes32 expected);
    error Untrue(string what);

    function same(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert Different(what, actual, expected);
    }

    function same(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) revert DifferentWords(what, actual, expected);
    }

    function same(bytes memory actual, bytes memory expected, string memory what) internal pure {
        if (keccak256(actual) != keccak256(expected)) {
            revert DifferentWords(what, keccak256(actual), keccak256(expected));
        }
    }

    function yes(bool condition, string memory what) internal pure {
        if (!condition) revert Untrue(what);
    }

    /// @dev A number between two others, made of any.
    function between(uint256 any, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + (any % (most - least + 1));
    }
}
