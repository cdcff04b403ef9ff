/* SPDX-License-Identifier: MPL-2.0 */
/* Where each system's programs look. */
#include "browsers.h"

#ifdef __APPLE__
#define SUPPORT "Library/Application Support/"
#define HOSTS	"/NativeMessagingHosts"

const char host_browsers_config[] = "";

const struct host_browser host_browsers[HOST_BROWSERS] = {
	{ "--chrome", "Google Chrome", HOST_FAMILY_CHROMIUM,
	    "/Library/Google/Chrome" HOSTS, SUPPORT "Google/Chrome" HOSTS },
	{ "--chromium", "Chromium", HOST_FAMILY_CHROMIUM,
	    "/" SUPPORT "Chromium" HOSTS, SUPPORT "Chromium" HOSTS },
	{ "--edge", "Microsoft Edge", HOST_FAMILY_CHROMIUM,
	    "/Library/Microsoft/Edge" HOSTS, SUPPORT "Microsoft Edge" HOSTS },
	/* takes those of Chrome */
	{ "--brave", "Brave", HOST_FAMILY_CHROMIUM,
	    "/Library/Google/Chrome" HOSTS, SUPPORT "Google/Chrome" HOSTS },
	{ "--vivaldi", "Vivaldi", HOST_FAMILY_CHROMIUM,
	    "/" SUPPORT "Vivaldi" HOSTS, SUPPORT "Vivaldi" HOSTS },
	{ "--firefox", "Firefox", HOST_FAMILY_MOZILLA,
	    "/" SUPPORT "Mozilla" HOSTS, SUPPORT "Mozilla" HOSTS },
	{ "--librewolf", "LibreWolf", HOST_FAMILY_MOZILLA,
	    "/" SUPPORT "LibreWolf" HOSTS, SUPPORT "LibreWolf" HOSTS },
	{ "--thunderbird", "Thunderbird", HOST_FAMILY_MOZILLA,
	    "/" SUPPORT "Mozilla" HOSTS, "Library/Mozilla" HOSTS },
};
#else
#define HOSTS  "/native-messaging-hosts"
#define CONFIG ".config/"
#define OWN    "/NativeMessagingHosts"

const char host_browsers_config[] = CONFIG;

const struct host_browser host_browsers[HOST_BROWSERS] = {
	{ "--chrome", "Google Chrome", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/chrome" HOSTS, CONFIG "google-chrome" OWN },
	{ "--chromium", "Chromium", HOST_FAMILY_CHROMIUM, "/etc/chromium" HOSTS,
	    CONFIG "chromium" OWN },
	{ "--edge", "Microsoft Edge", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/edge" HOSTS, CONFIG "microsoft-edge" OWN },
	/* takes those of Chrome, but for its user's own */
	{ "--brave", "Brave", HOST_FAMILY_CHROMIUM, "/etc/opt/chrome" HOSTS,
	    CONFIG "BraveSoftware/Brave-Browser" OWN },
	{ "--vivaldi", "Vivaldi", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/vivaldi" HOSTS, CONFIG "vivaldi" OWN },
	{ "--firefox", "Firefox", HOST_FAMILY_MOZILLA, NSSMIME_MOZILLA_HOSTS,
	    ".mozilla" HOSTS },
	/* Firefox under another name, with folders of its own */
	{ "--librewolf", "LibreWolf", HOST_FAMILY_MOZILLA,
	    "/usr/lib/librewolf" HOSTS, ".librewolf" HOSTS },
	{ "--thunderbird", "Thunderbird", HOST_FAMILY_MOZILLA,
	    NSSMIME_MOZILLA_HOSTS, ".mozilla" HOSTS },
};
#endif
