"""What people call one another: short and pet forms of given names, in English and Spanish.

Curated, because a search that offers strangers is worse than one that misses a rare pet form. The
public lists were looked at; they have hardly any Spanish names and join unrelated ones (Bill and
Fred, Aaron and Erin).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from rollcall.kit.normalise.names import fold_name

#: A line is a name, with spellings that are one name to the ear, and what its bearers are called.
_NAMES: Final = """
aaron: ron ronnie
abigail: abby abbie gail
abraham: abe bram
adelaide adele: addie della
adrian adriana adrienne: adri
agnes: aggie
agustin: tin
alan allan allen: al
albert alberto: al bert berto beto
alejandra: ale sandra alex jandra
alejandro: ale alex jandro
alexander alexandra alexandria alexis: alex al lex lexi sandy sandra xander alec sasha
alonzo alonso: lon lonnie
alfonso alphonse: al fonso poncho foncho
alfred alfredo: al alf fred freddy fredo
alice alicia allison alison: ali allie ally
amanda: mandy
amelia emilia: amy millie emmy
ana anna anne ann: annie anita nan anya
andrea: andie drea
andrew andre andres: andy drew
angela angelica angelina: angie ange
angel: angelito
anthony antonio antoine: tony tone ant toño toni
antonia antonieta antoinette: toni toña nettie
araceli: ara cheli
archibald: archie
ariana arianna: ari
arnold: arnie
arthur arturo: art artie turo
ashley: ash
augustus augustine august: gus augie
aurora: rory
barbara: barb babs barbie
bartholomew bartolome: bart
beatrice beatriz beatrix: bea trixie bety betty
benedict: ben
benjamin: ben benny benji benja
bernadette: bernie detta
bernard bernardo: bernie barney nardo
bertha berta: bert bertie
beverly: bev
bradley: brad
brandon: brand
brenda: bren
brian bryan: bry
bridget brigid: biddy bridie
calvin: cal
cameron: cam
camila camille: cami milla
candace candice: candy
carlos: charly carlitos litos
carmen: carmela carmelita menchu
carol caroline carolyn carolina: carrie caro lina
cassandra: cass cassie sandra
catherine katherine kathryn katharine kathleen catalina catarina: cathy kathy kate katie cat kat
catherine katherine kathryn katharine kathleen catalina catarina: kit kitty kay cata trina
cecilia cecile: cece ceci celia chila
charles: charlie chuck chas chip
charlotte: charlie lottie char
christian christine christina christopher cristina kristina kristen kristin cristian: chris kris
christine christina cristina kristina: tina chrissy cris
christopher cristobal: kit topher toby
clarence: clare
claudia: clau
clayton: clay
clifford clifton: cliff
concepcion: concha conchita connie chita
conrad: con
constance constanza: connie
consuelo: chelo consu
cornelius: neil corny
courtney: court
curtis: curt
cynthia: cindy cyndi
cyrus: cy
daniel: dan danny dani
daniela danielle: dani danny
david: dave davey
deborah debra: deb debbie debby
delores dolores: lola lolita dee
dennis: denny
desmond desiree: des desi
diana diane dianne: di
diego: dieguito
dmitri dimitri: dima mitya
dominic dominique: dom nick
donald: don donnie donny
donna: don
dorothy dorothea dorotea: dot dottie dolly dora
douglas: doug
edgar: ed eddie
edith: edie
edmund: ed ned ted
eduardo: lalo edu eddie ed
edward: ed eddie eddy ned ted teddy
edwin: ed eddie win
eileen: ellie
elaine elena: ellie lena laney nena
eleanor elinor leonor: ellie nell nora lenny
elias elijah: eli lige
elizabeth elisabeth isabel isabella isabelle elisa: liz lizzie lizzy beth betty betsy bess eliza
elizabeth elisabeth isabel isabella isabelle elisa: lisa libby liza isa izzy bella belle chabela
ellen helen helena: nell nellie ellie lena
emanuel manuel manuela emmanuel: manny manolo manu meño nel
emily emilia: em emmy millie
enrique: quique kike rick henry
ernest ernesto: ernie neto
esperanza: espe lancha pera
esteban: steve estebi
esther ester: essie
eugene eugenio: gene geno
eugenia eugenie: genie maru
evelyn: evie eve lyn
ezekiel ezequiel: zeke cheque
federico: fede fred kiko
felipe: pipe lipe
fernando: fer nando
fernanda: fer nanda
florence florencia: flo flora flor
frances: fran frannie frankie
francis franklin frank: frank frankie
francisca: paca pancha fran panchita
francisco: paco pancho kiko cisco frank curro chico panchito
frederick fredrick: fred freddie freddy rick
gabriel: gabe gabo gab
gabriela gabrielle: gabi gaby
genevieve genoveva: gen jenny eve veva
geoffrey jeffrey jeffery: geoff jeff
george: georgie
georgia georgina georgette: georgie gina
gerald gerard geraldine gerardo: gerry jerry gera lalo
gilbert gilberto: gil bert beto
giovanni: gio gianni
gloria: glo
graciela: chela grace
gregory gregorio: greg goyo
guadalupe: lupe lupita pita
guillermo: memo guille billy
gustavo: gus tavo
gwendolyn: gwen wendy
harold: hal harry
harriet: hattie
harrison: harry
harry henry: hank harry hal
hector: tito
herbert: herb herbie bert
heriberto: beto
horace: hory
howard: howie
ignacio: nacho nachito
irving: irv
isaac: ike zac
isidro: chilo
ismael: mayo
jacob: jake jay
jacqueline jaclyn: jackie
jaime: jimmy
james: jim jimmy jamie jem
jane janet janice: jan janie jenny
jasmine jazmin yasmin: jas jazz
javier: javi xavi
jennifer: jen jenny jenn jenna
jeremiah jeremy: jerry jem
jerome jeronimo: jerry
jessica: jess jessie
jesse: jess
jesus: chuy chucho chuyito
joan joanna joanne johanna: jo joey
joaquin: quino jack
joel: joe
john: jack johnny jon
jonathan: jon jonny jonnie nathan
jordan: jordy
jorge: coque
jose: pepe joe che pepito chepe
josefa josefina: pepa fina pepita chepa
joseph: joe joey jo
josephine: jo josie fifi
joshua: josh
juan: juancho juanito johnny
juana: juanita
judith: judy jude
julian juliana julia juliet: jules juli julie
julio: julito
justin justine: jus
karina: kari
karen: kari
kelly: kel
kenneth: ken kenny
kevin: kev
kimberly: kim kimmy
lawrence laurence lorenzo: larry lenzo lencho loren
latoya: toya
laura lauren laurel: laurie lori
leilani: lani
leonard leonardo leon: len lenny leo nardo
leopoldo leopold: leo polo
leslie: les
lester: les
leticia letitia: lety letty ticia
lillian liliana lilian: lily lili lil
lorraine: lori
louis lewis: lou louie lew
louise luisa: lou lulu
lourdes: lulu lula
lucas luke: luc
lucia lucy lucille: lucy lu lucha chia
luis: lucho guicho
madeline madeleine magdalena: maddie lena magda malena
malcolm: mal
marcela: chela marce
marcos marcus marc mark: mark marc
margaret margarita marguerite: maggie meg peggy marge margie greta daisy margot mago
maria mary marie: molly polly mari mimi maru mia
marilyn: mari lyn
marjorie: marge margie
marisol: mari sol
martha marta: marty mattie
martin: marty tin
marvin: marv
matthew matthias mateo: matt matty teo
maureen: mo
maurice mauricio: mo mauri
maximilian maxwell maxine maximiliano: max
melanie melissa melinda: mel missy lindy
melvin: mel
mercedes: meche mercy merche
michael: mike mikey mick mickey micky
michelle: shelly shell chelle
miguel: mike migue miky
mildred: millie
milton: milt
minerva: minnie
mitchell: mitch
mohammed muhammad mohamed: mo
monica: moni
moses moises: mo moy
nancy: nan
natalie natalia natasha: nat tasha talia
nathan nathaniel: nate nat
nicholas nicolas nikolas: nick nicky nico nic klaus
nicole: nicki nikki nic coco
norma: normita
norman: norm
octavio: tavo
olivia: liv livvy ollie
oliver: ollie olly
oscar: ozzie
pamela: pam
patricia: pat patty trish tricia pati paty
patrick patricio: pat paddy rick pato
paul paula paulina: pauly pau
pedro: perico pete
penelope: penny
percival: percy
peter: pete
philip phillip: phil pip
philippa: pippa
phyllis: phyl
priscilla: cilla prissy
rachel raquel: rach shelly quela
rafael raphael: rafa rafi ralph
ramiro: rami
ramona: mona
ramon: moncho mon
randall randolph: randy
raymond raymundo: ray mundo
rebecca rebeca: becky becca beck
regina: gina reggie
reginald: reggie reg
rene renee: ren
reynaldo rey: rey naldo
ricardo: rick ricky richie cardo
richard: rick ricky rich richie dick
robert: bob bobby rob robbie robby bert
roberta: bobbie robbie
roberto: beto robert bob tito
roderick rodrigo: rod roddy rodri
rodolfo rudolph: rudy fito rolo
rogelio: roger roge
roland rolando: rollie rolo lando
ronald ronaldo: ron ronnie
rosa rose rosario rosalia rosalind rosemary: rosie roz chayo charo rosita romy rose
russell: russ
ruth: ruthie
salvador salvatore: sal chava chavo
samantha: sam sammy
samuel: sam sammy
sandra: sandy
santiago: santi chago yago
sara sarah: sally sadie sari
sebastian: seb bastian sebas
sergio: checo
sharon: shari
sidney sydney: sid syd
silvia sylvia: syl
socorro: coco coyo
sofia sophia sophie: sofi sophie fia
solomon: sol
spencer: spence
stanley: stan
stephen steven stefan: steve stevie
stephanie estefania: steph stephie fani tefi
stuart stewart: stu
susan susana susanna suzanne: sue susie suzy suse
sylvester silvestre: sly
tamara: tammy tam
tatiana: tania tati
terrence terrance: terry
teresa theresa: terry tess tessa tere
thaddeus tadeo: tad thad teo
theodore teodoro: ted teddy theo teo doro
thomas tomas: tom tommy
timothy timoteo: tim timmy
tobias: toby
tyrone tyler: ty
valentina valerie valeria: val vale
vanessa: nessa vane
vernon: vern
veronica: vero ronnie roni nica
vicente: chente vince
victor: vic vico
victoria: vicky vicki tori vic
vincent vincenzo: vince vinny vin
violet violeta: vi letty
virginia: ginny ginger vicky
vivian viviana: viv vivi
wallace: wally
walter: walt wally
wesley: wes
wilfred wilfredo: will fred willie
wilhelmina: mina billie willa minnie
william: bill billy will willie willy liam
winifred: winnie freda
winston: win
yolanda: yoli yola
zebulon: zeb
zachary zacarias: zach zack zac
"""


def _read(listing: str) -> Mapping[str, frozenset[str]]:
    """Word → what may stand for it: short forms of a name, names behind a short form."""
    found: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    for line in listing.strip().splitlines():
        names, _, pets = line.partition(":")
        groups[names].update(map(fold_name, (*names.split(), *pets.split())))
    for group in groups.values():
        for word in group:
            found[word] |= group
    return {word: frozenset(others - {word}) for word, others in found.items()}


_FORMS: Final = _read(_NAMES)


def nicknames_of(word: str) -> frozenset[str]:
    """Names that may mean the same person as this folded word, both ways and between siblings.

    ``bob`` gives robert, rob, bobby …; ``robert`` gives bob …; empty for a word that is in no list.
    """
    return _FORMS.get(word, frozenset())
