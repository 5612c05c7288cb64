/**
 * Words for reading digests aloud, one for each value of a byte: common English nouns, chosen for this list, any two of
 * them at least three letters apart, so that one misheard or mistyped letter never makes another word of the list. The
 * order is part of the meaning: a word that moves changes what people compare.
 */
export const SPOKEN_WORDS: readonly string[] = `
abbey acorn album almond anchor anthem apple apron
arena artist atlas attic august autumn avenue bamboo
barrel beacon beaver bonfire boulder branch bronze brother
buffalo burrow butter cactus canoe carbon castle cavern
cellar chalk chimney citrus clover cobalt comet compass
cotton cousin coyote cradle cricket crystal cupcake curtain
dagger daisy decade desert diamond doctor dolphin dragon
drizzle drummer eagle echo eclipse elbow engine envoy
escort evening fabric feather fender ferry flannel flute
forest fossil fox frozen gadget galaxy garlic gazelle
giraffe glacier gravel guitar hammer harvest hazel herald
hermit horizon hydrant icicle igloo impulse indigo insect
iris island ivory jaguar jasmine jelly jigsaw journal
kayak kettle kitchen kiwi knight koala lagoon lantern
laptop lasso lawyer legend lemon leopard lettuce lily
linen lyric mantis marble market melody meteor mirror
mitten monkey morning mosaic muffin mustard napkin nectar
nephew nickel noodle nugget nutmeg oasis oatmeal object
ocean octopus office olive onion opera orange orbit
origin oval oxygen oyster palace pasture patrol pebble
pelican pencil piano picnic pigeon pillow pirate planet
plaza pocket pollen pony portal prairie prince pumpkin
puppet puzzle python quartz quiver rabbit raccoon radar
raisin ribbon robin rodeo rubber saddle safari sandal
scarlet shadow sheriff shovel silver sketch soccer spider
sponge stadium stereo subway sugar summit sunset swallow
tablet talon tango teapot temple tennis thunder timber
tobacco toffee tomato topaz tornado tractor tribune trumpet
tulip tundra tunnel turtle twelve umpire uncle unicorn
urchin valley vanilla velvet verdict village violin vision
volcano voyage waffle walrus warden weasel whisper window
wizard woodcut yacht yogurt zebra zenith zigzag zipper
`
  .trim()
  .split(/\s+/);
