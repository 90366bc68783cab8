# Not tried: the program is built and tested on Debian 12 only. URL and checksum are those of a release to come.
class Whydrop < Formula
  desc "Says why a WebSocket dropped"
  homepage "https://example.com/whydrop"
  url "https://example.com/whydrop-0.2.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  depends_on "asio" => :build
  depends_on "cli11" => :build
  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "rapidjson" => :build
  depends_on "tl-expected" => :build
  depends_on "websocketpp" => :build
  depends_on "brotli"
  depends_on "c-ares"
  depends_on "cjose"
  depends_on "fmt"
  depends_on "jansson"
  depends_on "libedit"
  depends_on "libidn2"
  depends_on "libunistring"
  depends_on :linux
  depends_on "openssl@3"
  depends_on "re2"

  def install
    system "cmake", "--preset", "release", *std_cmake_args
    system "cmake", "--build", "--preset", "release"
    system "cmake", "--install", "build/release"
  end

  test do
    assert_match "1006", shell_output("#{bin}/whydrop explain 1006")
  end
end
